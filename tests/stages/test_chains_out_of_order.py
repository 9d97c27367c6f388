"""Chains of replacements and voids that arrive in another order than they were sent in."""

from itertools import permutations

import pytest

from stream_edits.domain.member_state import ClaimStatus
from tests.build import ADA, DAY, claim, infusion, line, replacing, voiding
from tests.stages.walk import Walk, edits, summaries


def status(walk: Walk, claim_id: str) -> ClaimStatus | None:
    record = walk.members.claim("M1", claim_id)
    return record and record.status


@pytest.mark.parametrize("order", list(permutations("ABC")), ids="".join)
@pytest.mark.parametrize("last", ["7", "8"])
def test_the_order_of_a_chain_decides_nothing_about_what_is_left(
    order: tuple[str, ...], last: str
) -> None:
    # B replaces A, and C replaces or voids B. Only C may be left, whichever comes first.
    named = {"frequency_code": "7", "replaces_claim_id": "A"}
    chain = {
        "A": infusion("A", "M1", "09:00-10:00"),
        "B": infusion("B", "M1", "09:00-10:00", **named),
        "C": infusion("C", "M1", "09:00-10:00", frequency_code=last, replaces_claim_id="B"),
    }
    walk = Walk()
    walk.send(*(chain[each] for each in order))
    assert [status(walk, each) for each in "AB"] == [ClaimStatus.WITHDRAWN] * 2
    left = ["C"] if last == "7" else []
    assert [slot.claim_id for slot in walk.day(ADA, DAY)] == left
    assert edits(walk.last()["C"]) == []
    (again,) = walk.send(infusion("D", "M1", "09:00-10:00"))
    assert [f.related_claim_ids for f in again.findings] == [(each,) for each in left]


def test_a_claim_withdrawn_before_it_arrived_withdraws_no_claim_if_its_form_is_at_fault() -> None:
    walk = Walk()
    walk.send(claim("A", line("96365")), voiding("B", "C"))
    (late,) = walk.send(replacing("A", "B", line("96365"), diagnosis_codes=()))
    assert edits(late) == ["already-replaced"]
    assert status(walk, "A") is ClaimStatus.DECIDED


def test_a_claim_withdrawn_before_it_arrived_decides_open_claims_again() -> None:
    # C was a duplicate of A until B, which C replaces, says that it replaced A.
    walk = Walk()
    sent = walk.send(
        claim("A", line("96366")),
        replacing("B", "C", line("96366")),
        replacing("A", "B", line("96366")),
    )
    assert summaries(sent) == ["A1 PEND", "C1 PEND", "B1 PASS", "C2 PEND"]
    assert edits(sent[1]) == ["duplicate-service"]
    assert edits(sent[2]) == ["already-replaced"]
    assert sent[2].withdrawn_claim_id == "A"
    assert edits(sent[3]) == ["add-on-without-primary"]
    assert sent[3].trigger_event_id == sent[2].event_id
