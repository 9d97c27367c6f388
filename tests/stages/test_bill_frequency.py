"""A UB-04 that keeps frequency code 1 replaces or voids by its type of bill alone."""

from typing import Any

import pytest

from stream_edits.domain.claim import ClaimEvent, ClaimForm
from stream_edits.domain.member_state import ClaimStatus
from tests.build import claim, line
from tests.stages.walk import Walk, edits, summaries


def _hospital(claim_id: str, bill: str, code: str = "96365", **fields: Any) -> ClaimEvent:
    form = ClaimForm.UB04
    return claim(claim_id, line(code), claim_form=form, type_of_bill=bill, **fields)


def _is_withdrawn(walk: Walk, claim_id: str) -> bool:
    record = walk.members.claim("M1", claim_id)
    return record is not None and record.status is ClaimStatus.WITHDRAWN


@pytest.mark.parametrize("bill", ["137", "0137", "138", "0138"])
@pytest.mark.parametrize("code", ["96365", "99213"])
def test_the_named_claim_is_withdrawn(bill: str, code: str) -> None:
    walk = Walk()
    second = _hospital("B", bill, code, replaces_claim_id="A")
    sent = walk.send(_hospital("A", "131"), second)
    assert summaries(sent) == ["A1 PASS", "B1 PASS"]
    assert edits(sent[1]) == []
    assert _is_withdrawn(walk, "A")


@pytest.mark.parametrize("bill", ["131", "0131", "133"])
def test_another_bill_withdraws_nothing(bill: str) -> None:
    walk = Walk()
    sent = walk.send(_hospital("A", "131"), _hospital("B", bill, replaces_claim_id="A"))
    assert edits(sent[1]) == ["duplicate-service"]
    assert not _is_withdrawn(walk, "A")


def test_a_void_leaves_no_lines() -> None:
    walk = Walk()
    sent = walk.send(
        _hospital("A", "131"),
        _hospital("V", "0138", replaces_claim_id="A"),
        _hospital("C", "131"),
    )
    assert summaries(sent) == ["A1 PASS", "V1 PASS", "C1 PASS"]


@pytest.mark.parametrize("bill", ["137", "138"])
def test_a_bill_that_names_no_claim_is_denied(bill: str) -> None:
    walk = Walk()
    sent = walk.send(_hospital("A", "131"), _hospital("B", bill))
    assert summaries(sent) == ["A1 PASS", "B1 DENY"]
    assert edits(sent[1]) == ["incomplete-claim-form"]
    assert not _is_withdrawn(walk, "A")
