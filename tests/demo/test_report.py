"""The table and the explanation of decisions."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.report import decision_table, explain
from stream_edits.report.wording import Voids
from stream_edits.text import WIDTH
from tests.codec.examples import DECISION
from tests.demo.examples import decided

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_decision_in_plain_english(file: Path) -> None:
    claim_id, _, revision = file.stem.rpartition("-revision-")
    assert explain(decided()[claim_id, int(revision)]) + "\n" == file.read_text(encoding="utf-8")


def test_there_are_golden_texts() -> None:
    assert len(GOLDEN) >= 5


def test_an_explanation_names_documents_and_codes_to_bill() -> None:
    output = explain(DECISION)
    assert "Claim claim-1 is held (PEND), but 1 of its 2 lines is denied." in output
    assert "To send: a report of the service." in output
    assert "bill J9999 instead" in output
    assert "Related: claim claim-2." in output


@pytest.mark.parametrize(
    ("denied", "others", "said"),
    [(1, 0, "its line is"), (2, 0, "all 2 of its lines are"), (2, 1, "2 of its 3 lines are")],
)
def test_the_lines_that_a_held_claim_is_denied_are_counted(
    denied: int, others: int, said: str
) -> None:
    line = DECISION.lines[0]
    lines = [line._replace(disposition=Disposition.DENY)] * denied
    lines += [line._replace(disposition=Disposition.PASS)] * others
    output = explain(DECISION._replace(lines=tuple(lines), disposition=Disposition.PEND))
    assert f"is held (PEND), but {said} denied." in output


def test_a_claim_denied_as_a_whole_pays_none_of_its_lines() -> None:
    (passed, _) = DECISION.lines
    passed = passed._replace(line_number=7, disposition=Disposition.PASS)
    whole = DECISION.findings[0]._replace(line_number=None, disposition=Disposition.DENY)
    decision = DECISION._replace(
        disposition=Disposition.DENY, lines=(passed,), findings=(whole,), revision=1
    )
    output = explain(decision)
    assert "denied as a whole: none of its lines is paid" in output
    assert "passed" not in output
    row = shown(decision).splitlines()[-2]
    assert "7" in row
    assert "PASS" not in row


def test_the_table_names_a_void_and_lines_that_were_not_judged() -> None:
    void, denied, names = decided()["EX-1006", 1], decided()["EX-1007", 1], {"example-6": "is so"}
    fault = denied.findings[0]._replace(line_number=None)
    whole = denied._replace(disposition=Disposition.DENY, findings=(fault,), lines=void.lines)
    rows = [" ".join(row.split()) for row in shown(void, whole, voids=names).splitlines()]
    assert "EX-1006 PASS 1-2 96365 +1 is so: not to be paid" in rows
    assert "1-2 96365 +1 not judged" in rows


def test_without_the_claims_a_decision_that_withdraws_another_may_be_that_of_a_void() -> None:
    void = decided()["EX-1006", 1]
    said = "replaces or voids claim EX-1004; for a void nothing is to be paid"
    assert explain(void).startswith("Claim EX-1006 is passed on for payment.")
    assert f"\n  It {said}.\n" in explain(void)
    assert said in " ".join(shown(void).split())
    # No edit judges a void's lines, so this one replaces.
    judged = void._replace(findings=decided()["EX-1007", 1].findings)
    assert "voids" not in explain(judged)
    assert "voids" not in explain(void, {})
    assert "Claim EX-1006 is so: nothing is to be paid for it." in explain(
        void, {"example-6": "is so"}
    )


def test_units_that_are_not_finite_are_explained() -> None:
    line = DECISION.lines[0]._replace(billed_units=float("nan"))
    assert "x no number" in explain(DECISION._replace(lines=(line, DECISION.lines[1])))


def test_a_line_without_a_code_is_named() -> None:
    first = DECISION.lines[0]._replace(disposition=Disposition.PASS, allowed_units=1.0)
    blank = first._replace(line_number=8, procedure_code=" ", billed_units=2.0, allowed_units=2.0)
    lines = (first._replace(line_number=7, billed_units=1.0), blank)
    decision = DECISION._replace(lines=lines, findings=())
    assert "Lines 7 and 8, 96365 x 1, no code x 2: passed" in explain(decision)
    assert "8 no code 2" in " ".join(shown(decision._replace(lines=(blank,))).split())


def test_a_line_without_units_to_pay_is_not_passed_as_billed() -> None:
    line = DECISION.lines[0]._replace(
        line_number=7, disposition=Disposition.PASS, billed_units=-1.0, allowed_units=0.0
    )
    assert "Line 7, 96365 x -1: passed, but cut back to 0." in explain(
        DECISION._replace(lines=(line,), findings=())
    )


def test_consecutive_lines_without_findings_share_a_sentence() -> None:
    line = DECISION.lines[0]._replace(disposition=Disposition.PASS)
    lines = tuple(line._replace(line_number=number) for number in range(10, 22))
    output = explain(DECISION._replace(lines=lines, disposition=Disposition.PASS))
    assert "Lines 10 to 21 (96365): passed as billed." in output


def test_values_of_a_claim_are_not_control_characters_or_markup() -> None:
    hostile = DECISION._replace(claim_id="x\x1b[2J\n[red]y")
    assert "x?[2J?[red]y" in explain(hostile)
    assert "x?[2J?[red]y" in shown(hostile)


@pytest.mark.parametrize("key", decided())
def test_nothing_is_wider_than_a_hundred_columns(key: tuple[str, int]) -> None:
    decision = decided()[key]
    assert max(map(len, explain(decision).splitlines())) <= WIDTH
    assert max(map(len, shown(decision).splitlines())) <= WIDTH


def test_the_table_has_the_result_of_each_line() -> None:
    output = shown(*decided().values())
    rows = [" ".join(row.split()) for row in output.splitlines()]
    assert any(row.startswith("EX-1001 PASS 1 96365 1 > 0 DENY 96365 was billed") for row in rows)
    assert "2-4 96413 +2 PASS" in rows
    assert any(row.startswith("EX-1002 rev. 2 PASS 1 96366 1 PASS") for row in rows)
    assert any(row.endswith("not governed by 6.21-P") for row in rows)
    assert "(6.21-P IV.B.2)" in output


def shown(*decisions: ClaimDecision, voids: Voids | None = None) -> str:
    """The table as it is printed without a terminal."""
    page = StringIO()
    Console(file=page, width=WIDTH, no_color=True).print(decision_table(decisions, voids))
    return page.getvalue()
