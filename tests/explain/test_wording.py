"""How remedies are told, and what was tried where there is none."""

from decimal import Decimal

import pytest

from stream_edits.domain.documents import document_in_words
from stream_edits.explain.changes import ChangeKind, LineChange, in_order
from stream_edits.explain.remedies import Answer
from stream_edits.explain.wording import answer_in_words
from tests.build import claim, line
from tests.explain.told import the_answer, told

DRUG = line("J1745", units=4.0)
DIFFERENT_FACTS = "if anything, depends on facts that the claim does not state."
NOTHING_TRIED = f"No change could be tried. What can be done, {DIFFERENT_FACTS}"


def test_documents_are_named_together_as_a_biller_names_them() -> None:
    drug = line(
        "J3490",
        units=4.0,
        drug_name="Drug",
        drug_strength="1 mg",
        drug_dosage="1 mg",
        drug_unit_price=Decimal(2),
        ndc_qualifier="N4",
        ndc="00009312301",
        ndc_quantity=Decimal(1),
        ndc_unit="UN",
    )
    account = told("A", claim("A", line("96365"), drug))
    words = answer_in_words(account, the_answer(account, 2))
    assert "Send the invoice and documentation of medical necessity for line 2, if the" in words
    assert words.count("if the record supports it") == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("by_report", "a report of the service"),
        ("itemized_statement", "an itemized statement"),
        ("supervision_documentation", "the supervision documentation"),
        ("medical_necessity", "documentation of medical necessity"),
        ("something_else", "the something else"),
    ],
)
def test_a_document_is_named_in_words(kind: str, words: str) -> None:
    assert document_in_words(kind, "the ") == words


def test_a_duplicate_is_not_told_that_no_modifier_does_it() -> None:
    """Its message names the modifiers of a repeated service; none of them is tried."""
    account = told("B", claim("A", line("96413"), DRUG), claim("B", line("96413"), minute=1))
    (finding,) = account.decision.findings
    assert "bill it with a modifier that says so" in finding.message
    assert answer_in_words(account, the_answer(account)) == NOTHING_TRIED


def test_without_a_remedy_it_is_said_what_was_tried() -> None:
    account = told("A", claim("A", line("J3490", units=4.0)))
    answer = the_answer(account)
    assert answer.answer is Answer.NONE
    assert answer_in_words(account, answer) == (
        "Not paid with what could be tried, alone or together: the invoice and documentation of "
        f"medical necessity for line 1. What else can be done, {DIFFERENT_FACTS}"
    )


@pytest.mark.parametrize(
    ("tried", "words"),
    [
        (
            [(ChangeKind.RECODE, "96367"), (ChangeKind.RECODE, "96361")],
            "96361 or 96367 as the code",
        ),
        ([(ChangeKind.UNITS, 8.0)], ": 8 units on line 1."),
        ([(ChangeKind.MODIFIER, "XS")], ": modifier XS on line 1."),
        ([(ChangeKind.CLAIM, "96365")], ": a claim for 96365 beside line 1."),
        (
            [(ChangeKind.CLAIM, str(90000 + n)) for n in range(9)],
            "90004, 90005 or another such code beside line 1.",
        ),
    ],
)
def test_each_kind_of_change_that_was_tried_is_named(
    tried: list[tuple[ChangeKind, str | float]], words: str
) -> None:
    account = told("A", claim("A", line("96365"), DRUG, place_of_service="20"))
    changes = in_order(LineChange(kind, "A", 1, value) for kind, value in tried)
    answer = the_answer(account)._replace(tried=changes)
    assert words in answer_in_words(account, answer)
