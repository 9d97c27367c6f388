"""`policy check`: each change before and after, and what to look at twice."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli.root import cli
from stream_edits.handbook.changes import check_as_json, check_as_text
from stream_edits.handbook.overlay_check import check_of
from stream_edits.policies.loading.catalog import load_policies

TODAY = date(2026, 3, 1)
PLAN = """\
edits:
  units-over-maximum:
    maximum_units:
      2025-07-01:
        reference: Plan memo 12
        value: {"96361": 6, "X7702": 4, remove: ["96370"]}
      2027-01-01:
        reference: Plan memo 13
        value: {"96361": 5}
    excess:
      2026-01-01:
        reference: Plan memo 14
        value: {disposition: PEND}
  place-of-service-not-allowed:
    places:
      2027-01-01:
        reference: Plan memo 15
        value:
          add:
            - "19"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plan.yaml"


def checked(file: Path, text: str) -> str:
    """The report on an overlay on the day of the tests."""
    file.write_text(text, encoding="utf-8")
    return check_as_text(check_of(load_policies(), load_policies(file), file, TODAY))


def warnings(file: Path, value: str, edit: str = "units-over-maximum.maximum_units") -> list[str]:
    """The warnings on an overlay with one value on 2026-01-01, which is on line 6."""
    edit_id, name = edit.split(".")
    text = (
        f"edits:\n  {edit_id}:\n    {name}:\n      2026-01-01:\n        reference: a memo\n"
        f"        value: {value}\n"
    )
    lines = [x for x in checked(file, text).splitlines() if x.startswith("warning: ")]
    return [line.removeprefix("warning: ") for line in lines]


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(cli, ["policy", "check", *arguments])


def test_each_change_has_both_its_days_and_its_line(file: Path) -> None:
    *lines, verdict = checked(file, PLAN).splitlines()
    shown = [" ".join(line.split()) for line in lines]
    place = str(file)
    for wanted in (
        "units-over-maximum maximum_units 2025-07-01 96361: 8 -> 6; 96370: 8 -> removed; "
        "X7702: added, 4",
        "source: Plan memo 12",
        "on 2025-07-01 today, 2026-03-01 written in",
        f'["96361"] 8 → 6 8 → 6 {place}:6',
        f'["96370"] 8 → not there 8 → not there {place}:6',
        f'["X7702"] not there → 4 not there → 4 {place}:6',
        f'["96361"] 8 → 5 8 → 6, not yet changed {place}:9',
        f"disposition DENY → PEND DENY → PEND {place}:13",
        f"19 not listed → listed not listed, not yet changed {place}:20",
    ):
        assert wanted in shown, wanted
    assert verdict.startswith(f"{file}: valid; policy versions 2024-12-03+")
    assert verdict.endswith("; 1 warning")


def test_the_report_as_json(file: Path) -> None:
    file.write_text(PLAN, encoding="utf-8")
    report = json.loads(check_as_json(check_of(load_policies(), load_policies(file), file, TODAY)))
    assert (report["valid"], report["today"], len(report["policy_versions"])) == (
        True,
        "2026-03-01",
        4,
    )
    assert len(report["warnings"]) == 1
    by_label = {each["label"]: each for each in report["changes"]}
    assert by_label['units-over-maximum.maximum_units["96361"] 2025-07-01: 8 → 6'] == {
        "policy": "6.21-P",
        "edit": "units-over-maximum",
        "value": "maximum_units",
        "path": ["96361"],
        "label": 'units-over-maximum.maximum_units["96361"] 2025-07-01: 8 → 6',
        "from": "2025-07-01",
        "until": "2027-01-01",
        "where": f"{file}:6",
        "reference": "Plan memo 12",
        "on_effective_day": {"before": "8", "after": "6"},
        "today": {"before": "8", "after": "6"},
    }


def test_an_overlay_that_says_nothing_changes_nothing(file: Path) -> None:
    assert checked(file, "edits: {}\n").startswith("nothing changes\n")


@pytest.mark.parametrize(
    ("edit", "value", "problem"),
    [
        (
            "units-over-maximum.maximum_units",
            '{"9636l": 6}',
            'nothing knows the code "9636l": it is neither in the content table nor anywhere in '
            'the policy; did you mean "96361"?',
        ),
        (
            "units-over-maximum.maximum_units",
            '{"j1200": 6}',
            'nothing knows the code "j1200": it is neither in the content table nor anywhere in '
            'the policy; did you mean "J1200"?',
        ),
        (
            "place-of-service-not-allowed.codes",
            '{add: ["96399"]}',
            'nothing knows the code "96399"',
        ),
        (
            "units-over-maximum.further_codes",
            '{"X7700": "X7703"}',
            'nothing knows the code "X7703"',
        ),
        (
            "add-on-without-primary.primaries",
            '{"96361": {add: ["96363"]}}',
            'nothing knows the code "96363"',
        ),
        (
            "add-on-without-primary.primaries",
            '{"96364": ["96365"]}',
            'nothing knows the code "96364"',
        ),
        (
            "units-over-maximum.maximum_units",
            '{remove: ["96370"]}',
            "removed from 2026-01-01 on: 96370 (was 8)",
        ),
        (
            "place-of-service-not-allowed.places",
            '{remove: ["72", "42"]}',
            "removed from 2026-01-01 on: 72, 42",
        ),
        (
            "place-of-service-not-allowed.places",
            '["11"]\n        replace: true',
            "removed from 2026-01-01 on: 53, 71, 72, 24, 22, 65, 23, 42",
        ),
        (
            "vocabulary.hierarchy",
            "[{family: hydration, technique: infusion}]\n        replace: true",
            "removed from 2026-01-01 on: {family: chemotherapy, technique: infusion}, ",
        ),
        ("vocabulary.content", "{P9016: none}", "removed from 2026-01-01 on: P9016"),
        ("by-report-missing.missing", "{requests: []}", "removed from 2026-01-01 on: by_report"),
        ("place-of-service-not-allowed.places", '{add: ["22"]}', '"22" is already in the list'),
        ("concurrent-more-than-once.maximum_units", "1", "changes nothing"),
    ],
)
def test_it_warns_with_file_and_line(file: Path, edit: str, value: str, problem: str) -> None:
    found = warnings(file, value, edit)
    assert any(problem in each for each in found), found
    assert all(each.startswith(f"{file}:6: ") for each in found)


@pytest.mark.parametrize(
    ("edit", "value"),
    [
        ("units-over-maximum.maximum_units", '{"96361": 6, "96372": 1, "J1100": 9, "P9016": 2}'),
        ("place-of-service-not-allowed.places", '{add: ["19"]}'),
        ("place-of-service-not-allowed.facility_types", '{add: ["77"]}'),
        ("duplicate-service.telling_modifiers", '{add: ["GA"]}'),
        ("documented-time-too-short.minutes_needed", '{"96360": {at_least: 46}}'),
        ("incomplete-claim-form.coded_revenue", '{add: ["0336"]}'),
        ("units-over-maximum.excess", '{carc: "16", rarcs: ["N657"]}'),
        ("units-over-maximum.sections", '{"96366": "6.21-P IV.B.9"}'),
        ("vocabulary.content", "{S9999: vaccine}"),
        ("multiple-initial-codes.documents", "{add: [invoice]}"),
    ],
)
def test_it_does_not_warn_of_what_is_right(file: Path, edit: str, value: str) -> None:
    assert warnings(file, value, edit) == []


def test_a_code_that_the_overlay_adds_to_the_vocabulary_is_known(file: Path) -> None:
    text = """\
edits:
  vocabulary:
    administration:
      2026-01-01:
        reference: a memo
        value: {"96399": {family: therapeutic, technique: infusion, role: sequential}}
  units-over-maximum:
    maximum_units:
      2026-01-01: {reference: a memo, value: {"96399": 2}}
"""
    assert "warning" not in checked(file, text)
    assert "nothing knows" in checked(file, text.replace('"96399": {', '"9639l": {'))


def test_only_a_strict_check_fails_for_a_warning(file: Path) -> None:
    file.write_text(PLAN, encoding="utf-8")
    assert run(str(file)).exit_code == 0
    strict = run("--strict", str(file))
    assert strict.exit_code == 1
    assert strict.output == run(str(file)).output
    file.write_text(PLAN.replace(', remove: ["96370"]', ""), encoding="utf-8")
    assert run("--strict", str(file)).exit_code == 0


def test_without_a_file_the_overlay_of_the_settings_is_checked(file: Path) -> None:
    file.write_text(PLAN, encoding="utf-8")
    assert run(STREAM_EDITS_POLICY=str(file)).output == run(str(file)).output
    alone = run()
    assert alone.exit_code == 0
    assert alone.output == "no overlay is set; the shipped policy is valid: versions 2024-12-03\n"
    assert json.loads(run("--format", "json").output)["changes"] == []


def test_an_excluded_provider_was_not_listed_before(file: Path) -> None:
    text = checked(
        file,
        "edits:\n  units-over-maximum:\n    exclusions:\n      2025-07-01:\n"
        "        reference: a memo\n"
        '        value: [{npi: "1234567893", reference: a letter, approver: a director}]\n',
    )
    assert "1234567893  not listed → {npi: 1234567893, " in text
    assert "1234567893  listed" not in text
