"""What an overlay says in several places must fit: the names of an edit, and its values."""

from pathlib import Path

import pytest

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies


def _change(name: str, value: str, change: str, day: str = "2026-01-01") -> str:
    return f"  {name}:\n    {value}:\n      {day}: {{reference: a memo, value: {change}}}\n"


UNITS = _change("units-over-maximum", "maximum_units", '{"96361": 6}')
SAME_UNITS = _change("6.21-P/units-over-maximum", "maximum_units", '{"96366": 6}', "2026-07-01")
OTHER_EDIT = _change("6.21-P/by-report-missing", "mode", "monitor")

PRICED = _change("by-report-pricing", "manually_priced", '{"J3590": [by_report]}')
NOT_BY_REPORT = _change("by-report-pricing", "codes", '{remove: ["96377"]}')


@pytest.mark.parametrize(("change", "code"), [(PRICED, "J3590"), (NOT_BY_REPORT, "96377")])
def test_what_is_priced_by_hand_is_paid_by_report(change: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(f"edits:\n{change}")
    with pytest.raises(PolicyError) as refused:
        load_policies(file)
    assert str(refused.value).startswith(f"{file}:4: edits.by-report-pricing.")
    assert f"manually_priced has {code}, which codes does not have" in str(refused.value)


def test_both_values_of_pricing_may_change_together(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    codes = _change("by-report-pricing", "codes", '{add: ["J3590"]}').partition("\n")[2]
    file.write_text(f"edits:\n{PRICED}{codes}")
    assert load_policies(file).all


@pytest.mark.parametrize(
    ("edit", "value", "change", "problem"),
    [
        (
            *("units-over-maximum", "excess", "{remove: [carc]}"),
            "a DENY needs a CARC: write carc. With what is in force it is {disposition: DENY, ",
        ),
        (
            *("by-report-missing", "missing", "{carc: null}"),
            "needs a CARC: write carc, or requests: []. With what is in force it is {",
        ),
        (
            *("by-report-missing", "missing", '{carc: "16"}'),
            "a missing attachment: write another carc, or requests: []. With what is in force ",
        ),
    ],
)
def test_a_refused_outcome_says_what_to_write(
    edit: str, value: str, change: str, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(f"edits:\n{_change(edit, value, change)}")
    with pytest.raises(PolicyError) as refused:
        load_policies(file)
    assert problem in str(refused.value)
    assert "take it out" not in str(refused.value)


@pytest.mark.parametrize("change", ['{carc: "252"}', "{carc: null, requests: []}"])
def test_what_it_says_can_be_done(change: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(f"edits:\n{_change('by-report-missing', 'missing', change)}")
    assert load_policies(file).all


@pytest.mark.parametrize(
    ("first", "second", "name", "other"),
    [
        (UNITS, SAME_UNITS, "6.21-P/units-over-maximum", "units-over-maximum"),
        (SAME_UNITS, UNITS, "units-over-maximum", "6.21-P/units-over-maximum"),
    ],
)
def test_an_edit_under_both_its_names_is_refused_with_both_lines(
    first: str, second: str, name: str, other: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(f"edits:\n{first}{second}")
    with pytest.raises(PolicyError) as refused:
        load_policies(file)
    assert str(refused.value) == (
        f"{file}:5: edits.{name}: is given twice: it is {other} of {file}:2 too. "
        "Keep one of the two names"
    )


@pytest.mark.parametrize("units", [UNITS, SAME_UNITS])
def test_either_name_is_taken_beside_another_edit(units: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(f"edits:\n{units}{OTHER_EDIT}")
    assert load_policies(file).all
