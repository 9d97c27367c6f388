"""Keys that are no text, and codes that nothing knows: what is wrong, and what was meant."""

from datetime import date
from pathlib import Path

import pytest

from stream_edits.handbook.overlay_check import check_of
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies


def _dated(name: str, change: str) -> str:
    return f"edits:\n  {name}:\n      2026-01-01: {change}\n"


UNITS = "units-over-maximum:\n    maximum_units"
KEYS = "is not a key known here; the keys are value, reference, replace"
REFUSED = {
    "a number beside value": (
        _dated(UNITS, '{reference: memo, 2026, value: {"96361": 6}}'),
        f"edits.units-over-maximum.maximum_units.2026-01-01.2026: {KEYS}",
    ),
    "nothing as a key": (
        _dated(UNITS, '{reference: memo, ? , value: {"96361": 6}}'),
        f"edits.units-over-maximum.maximum_units.2026-01-01.null: {KEYS}",
    ),
    "a number as an edit": (
        "edits:\n  96365: {}\n",
        'edits.96365: should be text; write it in quotation marks: "96365"',
    ),
    "true as an edit": (
        "edits:\n  true: {}\n",
        'edits.true: should be text; write it in quotation marks: "true"',
    ),
    "a long list that leaves entries out": (
        _dated(
            "place-of-service-not-allowed:\n    places", '{reference: memo, value: ["11", "12"]}'
        ),
        'write {remove: ["53", "71", "72", "24", "22", "65", "23", "42"]}.',
    ),
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_plain_words(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(text)
    with pytest.raises(PolicyError) as refused:
        load_policies(file)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "ending"),
    [
        (UNITS, '{"J1234": 2}', "anywhere in the policy"),
        (UNITS, '{"MA130": 2}', "anywhere in the policy"),
        (UNITS, '{"9636O": 2}', 'did you mean "96360"?'),
        (UNITS, '{"9636l": 2}', 'did you mean "96361"?'),
        ("documented-time-too-short:\n    push_form", '{"9636O": "96374"}', '"96360"?'),
    ],
)
def test_an_unknown_code_is_told_with_a_code_that_looks_like_it(
    name: str, value: str, ending: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(_dated(name, f"{{reference: memo, value: {value}}}"))
    (warning,) = check_of(load_policies(), load_policies(file), file, date(2026, 3, 1)).warnings
    assert "nothing knows the code" in warning
    assert warning.endswith(ending)


def test_a_part_of_an_order_in_another_order_is_not_told_to_remove(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    steps = [
        "{family: therapeutic, technique: push}",
        "{family: chemotherapy, technique: push}",
    ]
    name = "vocabulary:\n    hierarchy"
    file.write_text(_dated(name, f"{{reference: memo, value: [{', '.join(steps)}]}}"))
    with pytest.raises(PolicyError, match="put this list in place of the whole") as refused:
        load_policies(file)
    assert "remove" not in str(refused.value)
