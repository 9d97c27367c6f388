"""`policy list`: every edit, as it is in force today."""

import json
from datetime import date
from pathlib import Path

from click.testing import CliRunner, Result

from stream_edits.cli.root import cli
from stream_edits.handbook.listing import edits_on
from stream_edits.policies.loading.catalog import load_policies

POLICY = load_policies()["6.21-P"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["policy", *arguments])


def test_every_edit_is_listed_once_with_what_it_decides() -> None:
    lines = [json.loads(line) for line in run("list", "--format", "json").output.splitlines()]
    assert [each["id"] for each in lines] == [edit.id for edit in POLICY.edits]
    by_id = {each["id"]: each for each in lines}
    units = by_id["units-over-maximum"]
    assert {key: units[key] for key in ("policy", "title", "paragraph", "mode", "outcome")} == {
        "policy": "6.21-P",
        "title": POLICY.values["units-over-maximum"].file.title,
        "paragraph": "IV.B.5",
        "mode": "enforce",
        "outcome": ["DENY", "PEND"],
    }
    assert units["outcomes"]["excess"]["carc"] == "151"
    assert all(each["outcome"] for each in lines)


def test_the_table_has_a_row_for_each_and_fits() -> None:
    result = run("list")
    assert result.exit_code == 0
    rows = result.output.splitlines()
    assert max(map(len, rows)) <= 100
    firsts = [row.split()[0] for row in rows if row[1:2].strip() and "─" not in row]
    assert firsts == ["edit", *(edit.id for edit in POLICY.edits)]


def test_the_overlay_counts_from_its_day(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(
        "edits:\n  duplicate-service:\n    duplicate:\n"
        "      2026-01-01: {reference: m, value: {disposition: PEND}}\n",
        encoding="utf-8",
    )
    under = load_policies(file)
    for day, wanted in [(date(2025, 12, 31), ["DENY", "PEND"]), (date(2026, 1, 1), ["PEND"])]:
        (listed,) = (x for x in edits_on(under, day) if x.id == "duplicate-service")
        assert listed.dispositions == wanted
    shown = run("list", "--overlay", str(file), "--format", "json").output
    assert '"duplicate": {"disposition": "PEND"' in shown


def test_reading_the_policy_writes_no_file() -> None:
    names = {"list", "show", "check", "coverage", "content"}
    commands = run("--help").output.partition("Commands:\n")[2].splitlines()
    assert names <= {line.split()[0] for line in commands if line.startswith("  ")}
    assert run("index").exit_code == 2
