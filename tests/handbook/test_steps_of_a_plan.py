"""`policy check` compares each dated value of a plan with the plan's own one before it."""

import json
from datetime import date
from pathlib import Path

import pytest

from stream_edits.handbook.changes import check_as_json
from stream_edits.handbook.overlay_check import Check, check_of
from stream_edits.policies.loading.catalog import load_policies

EXCLUDED = '[{npi: "1234567893", reference: Contract 17, approver: Medical director}]'


def check(file: Path, edit: str, first: str, then: str) -> Check:
    """The check of an overlay with a value of January, in line 5, and one of July, in line 6."""
    edit_id, name = edit.split(".")
    file.write_text(
        f"edits:\n  {edit_id}:\n    {name}:\n      # Two dates.\n"
        f"      2026-01-01: {{reference: memo 1, value: {first}}}\n"
        f"      2026-07-01: {{reference: memo 2, value: {then}}}\n"
    )
    return check_of(load_policies(), load_policies(file), file, date(2026, 9, 1))


@pytest.mark.parametrize(
    ("edit", "first", "then", "sides", "removed"),
    [
        (
            "units-over-maximum.maximum_units",
            '{"96361": 6, "96366": 4}',
            '{"96361": 8}',
            ("6", "8"),
            "",
        ),
        (
            "place-of-service-not-allowed.places",
            '{add: ["19"]}',
            '{remove: ["19"]}',
            ("listed", "not listed"),
            "19",
        ),
        ("units-over-maximum.mode", "monitor", "enforce", ("monitor", "enforce"), ""),
        (
            "units-over-maximum.maximum_units",
            '{"X7702": 4}',
            '{remove: ["X7702"]}',
            ("4", "not there"),
            "X7702 (was 4)",
        ),
        (
            "vocabulary.content",
            "{S9999: vaccine}",
            "{remove: [S9999]}",
            ("vaccine", "not there"),
            "S9999 (was vaccine)",
        ),
        (
            "units-over-maximum.exclusions",
            EXCLUDED,
            '{remove: ["1234567893"]}',
            (EXCLUDED[1:-1].replace('"', ""), "not listed"),
            EXCLUDED[1:-1].replace('"', ""),
        ),
    ],
)
def test_a_step_back_to_the_shipped_value_is_shown(
    tmp_path: Path, edit: str, first: str, then: str, sides: tuple[str, str], removed: str
) -> None:
    file = tmp_path / "plan.yaml"
    found = check(file, edit, first, then)
    report = json.loads(check_as_json(found))
    (step,) = [each for each in report["changes"] if each["from"] == "2026-07-01"]
    assert step["on_effective_day"] == {"before": sides[0], "after": sides[1]}
    assert (step["where"], step["reference"], step["until"]) == (f"{file}:6", "memo 2", None)
    gone = f"{file}:6: {edit}: removed from 2026-07-01 on: {removed}"
    assert found.warnings == ((gone,) if removed else ())


def test_a_step_that_differs_from_the_shipped_value_is_shown_once(tmp_path: Path) -> None:
    found = check(
        tmp_path / "plan.yaml", "units-over-maximum.maximum_units", '{"96361": 6}', '{"96361": 5}'
    )
    shown = [(str(x.change.day), *x.at_start) for x in found.changes]
    assert shown == [("2026-01-01", "8", "6"), ("2026-07-01", "8", "5")]


def test_a_step_lasts_until_the_plan_changes_the_same_place(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(
        "edits:\n  units-over-maximum:\n    maximum_units:\n"
        '      2026-01-01: {reference: memo, value: {"96361": 6}}\n'
        '      2026-03-01: {reference: memo, value: {"96361": 8}}\n'
        '      2026-05-01: {reference: memo, value: {"96366": 4}}\n'
        '      2026-07-01: {reference: memo, value: {"96361": 7}}\n'
    )
    found = check_of(load_policies(), load_policies(file), file, date(2026, 9, 1))
    lasting = {(str(x.change.day), str(x.change.until)) for x in found.changes}
    assert ("2026-03-01", "2026-07-01") in lasting
    assert len(found.changes) == 4


def test_a_step_of_the_prompt_pay_terms_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(
        'policies:\n  "6.21-P":\n    prompt_pay:\n'
        "      2026-07-01: {reference: memo 1, value: {days: 20}}\n"
        "      2026-10-01: {reference: memo 2, value: {days: 30}}\n"
    )
    found = check_of(load_policies(), load_policies(file), file, date(2026, 9, 1))
    shown = [(str(x.change.day), x.where, *x.at_start) for x in found.changes]
    assert shown == [
        ("2026-07-01", f"{file}:4", "30", "20"),
        ("2026-10-01", f"{file}:5", "20", "30"),
    ]
