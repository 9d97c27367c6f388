"""What an overlay says in several places must fit: the names of an edit, and its values."""

from pathlib import Path

import pytest

from stream_edits.policies.catalog import load_policies
from stream_edits.policies.errors import PolicyError


def _change(name: str, value: str, change: str, day: str = "2026-01-01") -> str:
    return f"  {name}:\n    {value}:\n      {day}: {{reference: a memo, value: {change}}}\n"


UNITS = _change("units-over-maximum", "maximum_units", '{"96361": 6}')
SAME_UNITS = _change("6.21-P/units-over-maximum", "maximum_units", '{"96366": 6}', "2026-07-01")
OTHER_EDIT = _change("6.21-P/by-report-missing", "mode", "monitor")


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
    assert load_policies(file)
