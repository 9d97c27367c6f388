"""`policy check` on several changes of one value, and on changes of a plan's own edits."""

from datetime import date
from pathlib import Path

from click.testing import CliRunner

from stream_edits.cli.root import cli
from stream_edits.handbook.summaries import summaries
from stream_edits.policies.loading.catalog import load_policies

GO_LIVE = """\
edits:
  by-report-missing:
    mode:
      2025-01-01: {reference: Trial, value: monitor}
      2026-12-15: {reference: Go-live, value: enforce}
  units-over-maximum:
    maximum_units:
      2026-01-01: {reference: Memo 1, value: {"96361": 6}}
      2026-07-01: {reference: Memo 2, value: {"96361": 4}}
      2027-01-01: {reference: Memo 3, value: {"96361": 8}}
      2028-01-01: {reference: Memo 4, value: {"96361": 8}}
"""
MONITORED = """\
edits:
  our-edit:
    mode:
      2026-01-01: {reference: Trial, value: monitor}
"""


def test_each_change_is_against_the_plans_change_before_it(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(GO_LIVE, encoding="utf-8")
    found = {
        key[1:]: words for key, words in summaries(load_policies(), load_policies(file)).items()
    }
    assert found == {
        ("by-report-missing", "mode", date(2025, 1, 1)): "enforce -> monitor",
        ("by-report-missing", "mode", date(2026, 12, 15)): "monitor -> enforce",
        ("units-over-maximum", "maximum_units", date(2026, 1, 1)): "96361: 8 -> 6",
        ("units-over-maximum", "maximum_units", date(2026, 7, 1)): "96361: 6 -> 4",
        ("units-over-maximum", "maximum_units", date(2027, 1, 1)): "96361: 4 -> 8",
        ("units-over-maximum", "maximum_units", date(2028, 1, 1)): found[
            "units-over-maximum", "maximum_units", date(2028, 1, 1)
        ],
    }
    assert found["units-over-maximum", "maximum_units", date(2028, 1, 1)].endswith("(unchanged)")


def test_an_overlay_may_change_a_plans_own_edit(tmp_path: Path) -> None:
    edits, overlay = tmp_path / "edits", tmp_path / "plan.yaml"
    overlay.write_text(MONITORED, encoding="utf-8")
    runner = CliRunner(env={"STREAM_EDITS_EDITS": str(edits)})
    made = ["policy", "new", "our-edit", "--shape", "required_document", "--folder", str(edits)]
    assert runner.invoke(cli, made).exit_code == 0
    done = runner.invoke(cli, ["policy", "check", str(overlay)])
    assert done.exit_code == 0, done.output
    assert "our-edit  mode  2026-01-01  enforce -> monitor" in done.output
