"""Long runs replace their own counts in the report, and nothing else of it."""

from pathlib import Path

import pytest

from tests.written_counts import REPORT, write_counts

SECTIONS = ("simulation", "controls", "faults", "fuzzing", "soak")


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    report.write_text("a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n<!-- y: begin -->\n")
    write_counts("x", ["10 runs", "0 lost"], report)
    first, *between, last = report.read_text().split("\n", 3)
    assert (first, between[0]) == ("a", "<!-- x: begin -->")
    assert between[1].startswith("Run on 20")
    assert last == "\n10 runs\n0 lost\n<!-- x: end -->\nb\n<!-- y: begin -->\n"
    with pytest.raises(LookupError):
        write_counts("y", ["10 runs"], report)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_report_has_marks_for_every_run(section: str) -> None:
    text = REPORT.read_text(encoding="utf-8")
    assert text.count(f"<!-- {section}: begin -->\n") == 1
    assert text.count(f"<!-- {section}: end -->\n") == 1
