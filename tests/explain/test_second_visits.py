"""The modifier of a second visit as a remedy, where an edit judges the visits of a day apart."""

from pathlib import Path

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition
from stream_edits.explain.remedies import Answer
from stream_edits.explain.wording import answer_in_words
from tests.build import claim, line
from tests.explain.told import changes_of, the_answer, told

_ADD = "add_modifier"
_CONCURRENT = (line("96365", "09:00-10:00"), line("96368", "09:00-10:00"))


@pytest.mark.parametrize(
    ("given", "line_number", "expected"),
    [
        (claim("A", line("96365"), line("96368"), line("96368")), 3, [(_ADD, 3, "XE")]),
        (claim("A", *_CONCURRENT, line("96368", "14:00-15:00")), 3, [(_ADD, 3, "XE")]),
        (
            claim("A", line("96374"), line("96375", units=3.0), line("96375")),
            3,
            [(_ADD, 3, "XE")],
        ),
        # What is smaller comes first.
        (claim("A", line("96365"), line("96368", units=2.0)), 2, [("cut_units", 2, 1.0)]),
        (claim("A", line("96365"), line("96365")), 2, [("recode", 2, "96367")]),
        (claim("A", line("96365"), line("96369")), 2, [(_ADD, 2, "XS")]),
    ],
)
def test_a_service_may_be_of_a_second_visit(
    given: ClaimEvent, line_number: int, expected: list[tuple[str, int, str | float]]
) -> None:
    answer = the_answer(told("A", given), line_number)
    assert changes_of(answer) == expected
    assert answer.remedy is not None
    assert answer.remedy.leads_to is Disposition.PASS


def test_a_service_of_an_earlier_claim_is_of_the_first_visit() -> None:
    first = claim("A", line("96365"), line("96368"))
    second = claim("B", line("96368", modifiers=("76",)), minute=1)
    account = told("B", first, second)
    assert changes_of(the_answer(account)) == [(_ADD, 1, "XE")]
    assert "Bill line 1 with modifier XE, if the record supports it." in answer_in_words(
        account, the_answer(account)
    )


def test_a_time_of_the_first_visit_leaves_no_second_one() -> None:
    account = told("A", claim("A", *_CONCURRENT, line("96368", "09:30-10:30")))
    answer = the_answer(account, 3)
    assert (answer.answer, answer.remedy) == (Answer.NONE, None)
    assert "modifier XE on line 3" in answer_in_words(account, answer)


def test_a_second_visit_needs_no_document_of_a_second_site(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        """
edits:
  multiple-initial-codes:
    documents: {2025-01-01: {reference: Plan memo 14, replace: true, value: [invoice]}}
""",
        encoding="utf-8",
    )
    given = claim("A", line("96365"), line("96369"))
    assert changes_of(the_answer(told("A", given, overlay=overlay), 2)) == [(_ADD, 2, "XE")]


def test_units_in_the_time_of_the_first_visit_need_the_document() -> None:
    pushes = line("96375", "09:00-09:30", units=3.0), line("96375", "09:20-09:40")
    answer = the_answer(told("A", claim("A", line("96374"), *pushes)), 3)
    assert changes_of(answer) == [("send_document", 3, "medical_necessity")]
    assert answer.remedy is not None
    assert answer.remedy.leads_to is Disposition.PEND


def test_a_third_visit_cannot_be_billed() -> None:
    second = [line("96368", modifiers=("XE",)), line("96368", modifiers=("XE",))]
    account = told("A", claim("A", line("96365"), line("96368"), *second))
    assert answer_in_words(account, the_answer(account, 4)).startswith("No change could be tried.")
