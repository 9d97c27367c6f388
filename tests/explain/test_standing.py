"""What is told of a claim of which nothing is to be paid, or whose lines no edit has judged."""

import json

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import RollUp
from stream_edits.explain.account import Account
from stream_edits.explain.as_html import as_html
from stream_edits.explain.as_json import as_json
from stream_edits.explain.as_text import as_text
from stream_edits.explain.clock import drawings
from stream_edits.report import explain
from tests.build import claim, infusion, line
from tests.explain.told import builder, told
from tests.remedies.counting import history_of

DRUG = line("J1745", units=4.0)
FIRST = claim("A", line("96365", "09:00-10:00"), DRUG, documents=())


def taking_back(frequency: str, minute: int = 0) -> ClaimEvent:
    """Claim B, which replaces (7) or voids (8) claim A."""
    lines = (line("96365", "09:00-10:00"), DRUG)
    return claim("B", *lines, minute=minute, frequency_code=frequency, replaces_claim_id="A")


def in_text(account: Account) -> str:
    return " ".join(as_text(account).partition("\nRevisions")[0].split())


def due_and_waiting(account: Account) -> tuple[str | None, str]:
    out = json.loads(as_json(account))
    assert ("To be paid or denied by" in as_html(account)) is (out["due_by"] is not None)
    assert ("must be paid or denied by" in as_text(account)) is (out["due_by"] is not None)
    assert ("It waits for" in as_text(account)) is (out["waits_for"] != "NONE")
    return out["due_by"], out["waits_for"]


def test_a_void_is_not_to_be_paid() -> None:
    account = told("B", FIRST, taking_back("8", minute=1))
    nothing = "is a void of claim A: nothing is to be paid for it."
    text = in_text(account)
    assert f"Claim B {nothing}" in text
    assert "Lines 1 and 2, 96365 x 1, J1745 x 4: not to be paid." in text
    assert "Nothing: this claim is a void of claim A." in text
    assert f"This claim {nothing}" in as_html(account)
    assert "<td>not to be paid</td>" in as_html(account)
    assert due_and_waiting(account) == (None, "NONE")
    (drawing,) = drawings(account)
    assert [bar.becomes for bar in drawing.bars] == [""]


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_claim_that_comes_after_its_replacement_is_not_to_be_paid(frequency: str) -> None:
    account = told("A", taking_back(frequency), claim("A", DRUG, minute=1))
    nothing = "was replaced or voided before it came: nothing is to be paid for it."
    assert f"Claim A {nothing}" in in_text(account)
    assert "Line 1, J1745 x 4: not to be paid." in in_text(account)
    assert f"This claim {nothing}" in as_html(account)
    assert due_and_waiting(account) == (None, "NONE")


def test_a_replacement_is_passed_for_payment() -> None:
    account = told("B", FIRST, taking_back("7", minute=1))
    assert in_text(account).startswith("Claim B is passed on for payment. Lines 1 and 2,")
    assert "This claim is passed for payment: lines 1 and 2 are paid." in as_html(account)
    assert due_and_waiting(account) == ("2025-04-04", "NONE")


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_replaced_claim_waits_for_nobody(frequency: str) -> None:
    assert due_and_waiting(told("A", FIRST)) == ("2025-04-04", "PROVIDER")
    account = told("A", FIRST, taking_back(frequency, minute=1))
    assert due_and_waiting(account) == (None, "NONE")
    assert "Nothing: claim B has replaced or voided this one." in in_text(account)
    assert "Nothing: claim B has replaced or voided this one." in as_html(account)


def test_a_void_and_a_claim_without_effect_are_not_beside_another() -> None:
    late = claim("A", line("96365", "09:00-10:00"), DRUG, minute=1)
    other = claim("C", line("96375", "09:10-09:15"), DRUG, minute=2)
    account = told("C", taking_back("8"), late, other)
    assert account.beside == ()
    assert [x.claim_id for x in told("C", late, other).beside] == ["A"]
    patient = infusion("D", "M2", "09:00-10:00")
    void = infusion("E", "M1", "09:30-10:30", minute=1, frequency_code="8", replaces_claim_id="A")
    assert told("D", patient, void).patients == ()


def test_lines_below_a_header_fault_were_not_judged() -> None:
    lines = (line("96376"), line("96365", "09:00-10:00"), line("96361", "09:00-10:00"))
    account = told("A", claim("A", *lines, diagnosis_codes=()))
    text = in_text(account)
    assert ": not judged, because the claim as a whole is denied." in text
    assert "nothing is wrong" not in text
    assert "none of its lines is paid. Its lines were not judged." in as_html(account)
    (drawing,) = drawings(account)
    meant = [each.text for bar in drawing.bars for each in bar.overlaps]
    assert len(meant) == 2
    assert all(x.endswith(". Not judged: the claim is denied as a whole.") for x in meant)


def test_lines_denied_with_another_were_judged() -> None:
    given = claim("A", line("96365"), line("96365"), DRUG)
    text = explain(history_of([given], builder().policies, RollUp.STRICT).newest["A"])
    assert "Line 1, 96365 x 1: not paid with the rest, though nothing is wrong with it." in text
