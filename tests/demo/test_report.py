"""What people read of a decision."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.report import decision_table, explain
from stream_edits.text import WIDTH
from tests.codec.examples import DECISION
from tests.demo.examples import decided

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_decision_in_plain_english(file: Path) -> None:
    claim_id, _, revision = file.stem.rpartition("-revision-")
    assert explain(decided()[claim_id, int(revision)]) + "\n" == file.read_text(encoding="utf-8")


def test_there_are_texts_to_compare_with() -> None:
    assert len(GOLDEN) >= 5


def test_what_to_send_and_what_to_bill_are_named() -> None:
    said = explain(DECISION)
    assert "Claim claim-1 is held (PEND), but 1 of its 2 lines is denied." in said
    assert "To send: a report of the service." in said
    assert "bill J9999 instead" in said
    assert "Related: claim claim-2." in said


def test_a_claim_denied_as_a_whole_pays_none_of_its_lines() -> None:
    (passed, _) = DECISION.lines
    passed = passed._replace(line_number=7, disposition=Disposition.PASS)
    whole = DECISION.findings[0]._replace(line_number=None, disposition=Disposition.DENY)
    decision = DECISION._replace(
        disposition=Disposition.DENY, lines=(passed,), findings=(whole,), revision=1
    )
    said = explain(decision)
    assert "denied as a whole: none of its lines is paid" in said
    assert "passed" not in said
    row = shown(decision).splitlines()[-2]
    assert "7" in row
    assert "PASS" not in row


def test_units_that_are_no_number_can_be_told() -> None:
    line = DECISION.lines[0]._replace(billed_units=float("nan"))
    assert "x no number" in explain(DECISION._replace(lines=(line, DECISION.lines[1])))


def test_many_lines_without_a_word_are_told_in_one() -> None:
    line = DECISION.lines[0]._replace(disposition=Disposition.PASS)
    lines = tuple(line._replace(line_number=number) for number in range(10, 22))
    said = explain(DECISION._replace(lines=lines, disposition=Disposition.PASS))
    assert "Lines 10 to 21 (96365): passed as billed." in said


def test_what_a_claim_says_can_neither_steer_the_terminal_nor_be_markup() -> None:
    hostile = DECISION._replace(claim_id="x\x1b[2J\n[red]y")
    assert "x?[2J?[red]y" in explain(hostile)
    assert "x?[2J?[red]y" in shown(hostile)


@pytest.mark.parametrize("key", decided())
def test_nothing_is_wider_than_a_hundred_columns(key: tuple[str, int]) -> None:
    decision = decided()[key]
    assert max(map(len, explain(decision).splitlines())) <= WIDTH
    assert max(map(len, shown(decision).splitlines())) <= WIDTH


def test_the_table_says_of_each_line_what_becomes_of_it() -> None:
    said = shown(*decided().values())
    rows = [" ".join(row.split()) for row in said.splitlines()]
    assert any(row.startswith("EX-1001 PASS 1 96365 1 > 0 DENY 96365 was billed") for row in rows)
    assert "2-4 96413 +2 PASS" in rows
    assert any(row.startswith("EX-1002 rev. 2 PASS 1 96366 1 PASS") for row in rows)
    assert any(row.endswith("not governed by 6.21-P") for row in rows)
    assert "(6.21-P IV.B.2)" in said


def shown(*decisions: ClaimDecision) -> str:
    """The table as it is printed without a terminal."""
    page = StringIO()
    Console(file=page, width=WIDTH, no_color=True).print(decision_table(decisions))
    return page.getvalue()
