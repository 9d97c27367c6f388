"""`stream-edits policy impact` on files: its forms, its exit codes and its faults."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli import cli
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.domain.claim import ClaimEvent
from stream_edits.synthetic.generator import generate
from tests.build import claim, line
from tests.impact.trials import overlay, piece

CHANGE = 'units-over-maximum.maximum_units["96366"] 2024-12-03: 8 → 1'
CUT = claim(
    "CUT", line("96365", "09:00-10:00"), line("96366", "10:00-13:00", units=3.0), event="e1"
)
SAME = claim("SAME", line("96365", "09:00-10:00"), event="e2", member_id="M2")


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    return overlay(
        tmp_path, [piece("units-over-maximum", "maximum_units", {"96366": 1}, '["96366"]')]
    )


def file_of(folder: Path, *claims: ClaimEvent, name: str = "claims.jsonl") -> str:
    file = folder / name
    file.write_text("".join(claim_to_json(each) + "\n" for each in claims))
    return str(file)


def impact(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["policy", "impact", *map(str, arguments)])


def test_json_has_the_figures_and_the_cause(stricter: Path, tmp_path: Path) -> None:
    done = impact("--overlay", stricter, "--format", "json", file_of(tmp_path, CUT, SAME))
    assert done.exit_code == 0
    assert done.stderr.startswith("read 2 claims and reviews, decided under both, 0 refused, ")
    report = json.loads(done.stdout)
    assert (report["claims"], report["claims_changed"], report["lines_changed"]) == (2, 1, 1)
    assert report["line_flows"] == {"PASS→PASS": 1}
    moved = {"claims": 1, "lines": 1, "billed": 0.0, "lines_without_charge": 1}
    assert moved.items() <= report["by_edit"]["units-over-maximum"].items()
    assert report["by_edit"]["units-over-maximum"]["paragraph"] == "6.21-P IV.B.5"
    assert report["by_paragraph"].keys() == {"6.21-P IV.B.5"}
    assert moved.items() <= report["by_change"][CHANGE].items()
    assert report["by_change"].keys() == {CHANGE}
    (example,) = report["examples"]
    assert (example["claim_id"], example["line_number"]) == ("CUT", 2)
    assert "passed as billed" in example["baseline"]
    assert "cut back to 1" in example["candidate"]


def test_each_form_shows_the_change(stricter: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, CUT, SAME)
    table = impact("--overlay", stricter, file).stdout
    assert "2 claims, of which 1 has another outcome (50.00 %)." in table
    assert "1 line changed (0.00 dollars billed, and 1 line that states no charge; " in table
    alone = " ".join(
        impact("--overlay", stricter, file_of(tmp_path, CUT, name="cut")).stdout.split()
    )
    assert "1 claim, of which 1 has another outcome (100.00 %)." in alone
    assert "of 1 billing provider." in alone
    assert impact("--overlay", stricter, file_of(tmp_path, SAME, name="same")).stdout.startswith(
        "1 claim, of which 0 have another outcome (0.00 %)."
    )
    assert "units-over-maximum" in table
    rows = list(
        csv.DictReader(impact("--overlay", stricter, "--format", "csv", file).stdout.split("\n"))
    )
    assert {row["what"]: row["name"] for row in rows}["change"] == CHANGE
    assert rows[0]["claims"] == rows[0]["lines"] == "1"
    page = impact("--overlay", stricter, "--format", "html", file).stdout
    assert page.startswith("<!doctype html>")
    assert "units-over-maximum" in page


@pytest.mark.parametrize("form", ["table", "json", "csv", "html"])
def test_the_same_policy_is_reported_as_no_change(
    form: str, stricter: Path, tmp_path: Path
) -> None:
    file = file_of(tmp_path, *generate(1, 60))
    done = impact("--overlay", stricter, "--baseline", stricter, "--format", form, file)
    assert done.exit_code == 0
    if form == "json":
        report = json.loads(done.stdout)
        assert report["claims"] > 60
        assert report["claims_changed"] == report["lines_changed"] == 0
        assert report["by_edit"] == report["by_change"] == {}
        assert report["examples"] == []


def test_a_broken_limit_has_its_own_exit_code(stricter: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, CUT, SAME)
    kept = impact("--overlay", stricter, "--fail-on", "deny>0%", file)
    assert kept.exit_code == 0
    broken = impact("--overlay", stricter, "--fail-on", "deny>0%", "--fail-on", "changed>1%", file)
    assert broken.exit_code == 4
    assert broken.stderr.splitlines()[-1] == "stream-edits: limit broken: changed>1% (it is 50 %)"


def test_the_settings_overlay_is_the_baseline(
    stricter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAM_EDITS_POLICY", str(stricter))
    done = impact("--overlay", stricter, "--format", "json", file_of(tmp_path, CUT))
    assert json.loads(done.stdout)["claims_changed"] == 0


def test_several_files_are_one_input(stricter: Path, tmp_path: Path) -> None:
    one, other = file_of(tmp_path, CUT, name="a"), file_of(tmp_path, SAME, name="b")
    done = impact("--overlay", stricter, "--format", "json", one, other)
    assert json.loads(done.stdout)["claims"] == 2


def test_bad_lines_are_reported_by_their_place(stricter: Path, tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(f"{claim_to_json(CUT)}\n{{}}\n")
    done = impact("--overlay", stricter, "--format", "json", file)
    assert done.exit_code == 3
    assert done.stderr.startswith("line 2: ContractViolation: ")
    assert json.loads(done.stdout)["lines_changed"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name files of claims, or say --from-topic"),
        (("--since", "2026-01-01", "FILE"), "--since goes with --from-topic"),
        (("--from-topic", "FILE"), "name files of claims or say --from-topic, not both"),
        (("--fail-on", "deny>lots", "FILE"), "write it like 'deny>0.5%'"),
        (("--format", "xml", "FILE"), "--format"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    arguments: tuple[str, ...], says: str, stricter: Path, tmp_path: Path
) -> None:
    file = file_of(tmp_path, CUT)
    given = [file if each == "FILE" else each for each in arguments]
    done = impact("--overlay", stricter, *given)
    assert done.exit_code == 2
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_a_bad_overlay_is_told_with_its_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("edits:\n  no-such-edit: {}\n")
    done = impact("--overlay", bad, file_of(tmp_path, CUT))
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "bad.yaml:2" in done.stderr
