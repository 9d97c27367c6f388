"""Denials that are decided again: what they rest on is withdrawn, or a later line answers them.

See docs/spec/edits.md, Across claims. Each test runs with both roll-ups, and with state and
messages in memory and as bytes.
"""

from collections.abc import Callable

import pytest

from stream_edits.domain.claim import ClaimEvent, ClaimForm
from stream_edits.domain.decision import Disposition, RollUp
from stream_edits.domain.member_state import ClaimStatus
from tests.build import (
    ADA,
    BEA,
    DAY,
    OTHER_CLINIC,
    claim,
    infusion,
    line,
    replacing,
    voiding,
)
from tests.stages.walk import Walk, edits, outcomes, related, summaries
from tests.stages.wire import OverTheWire

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY


@pytest.fixture(params=[Walk, OverTheWire])
def start(request: pytest.FixtureRequest) -> Callable[..., Walk]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=RollUp)
def walk(start: Callable[..., Walk], request: pytest.FixtureRequest) -> Walk:
    return start(request.param)


def test_a_duplicate_is_decided_again_when_the_first_claim_is_voided(walk: Walk) -> None:
    right = infusion("B", "M1", "09:00-10:00", minute=3)
    first = walk.send(infusion("A", "M1", "09:00-10:00"), right)
    assert summaries(first) == ["A1 PASS", "B1 DENY"]
    void = voiding("A", "V", minute=9)
    passed, again = walk.send(void)
    assert summaries([passed, again]) == ["V1 PASS", "B2 PASS"]
    assert edits(again) == []
    assert again.supersedes == first[1].decision_id
    assert again.trigger_event_id == void.event_id
    assert again.event_id == right.event_id
    assert again.decided_at == void.event_time
    assert again.source == first[1].source
    assert again.decision_id not in (first[1].decision_id, passed.decision_id)
    record = walk.members.claim("M1", "B")
    assert record is not None
    assert record.status is ClaimStatus.DECIDED
    assert (record.rests_on, record.claim) == ((), None)


@pytest.mark.parametrize(
    "corrected",
    [
        replacing("A", "R", line("96372")),
        replacing("A", "R", line("96365", day=DAY.replace(day=20))),
        replacing("A", "A", line("96372"), event="again"),
        claim("A", line("96372"), event="again"),
        voiding("A", "A", event="again"),
        # A header fault leaves no lines.
        claim("A", line("96365"), event="again", diagnosis_codes=()),
    ],
)
def test_it_is_when_the_first_claim_is_corrected(walk: Walk, corrected: ClaimEvent) -> None:
    walk.send(claim("A", line("96365")), claim("B", line("96365")))
    sent = walk.send(corrected)
    assert summaries(sent)[1:] == ["B2 PASS"]
    assert sent[1].trigger_event_id == corrected.event_id


def test_a_replacement_with_the_same_service_keeps_it_a_duplicate(walk: Walk) -> None:
    walk.send(claim("A", line("96365")), claim("B", line("96365")))
    sent = walk.send(replacing("A", "R", line("96365")))
    assert summaries(sent) == ["R1 PASS", "B2 DENY"]
    assert related(sent[1]) == [("R",)]
    assert summaries(walk.send(voiding("R", "V"))) == ["V1 PASS", "B3 PASS"]


def test_the_same_claim_again_with_the_same_service_publishes_nothing_else(walk: Walk) -> None:
    walk.send(claim("A", line("96365")), claim("B", line("96365")))
    sent = walk.send(claim("A", line("96365"), line("96372"), event="again"))
    assert summaries(sent) == ["A2 PASS"]
    # It still rests on A.
    assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS", "B2 PASS"]


def test_of_several_duplicates_the_next_one_takes_the_place(walk: Walk) -> None:
    walk.send(*[claim(name, line("96365")) for name in "ABC"])
    sent = walk.send(voiding("A", "V"))
    assert summaries(sent) == ["V1 PASS", "B2 PASS", "C2 DENY"]
    assert related(sent[2]) == [("B",)]
    assert summaries(walk.send(voiding("B", "W"))) == ["W1 PASS", "C3 PASS"]


def test_a_chain_of_denials_is_followed_one_void_at_a_time(walk: Walk) -> None:
    walk.send(
        claim("A", line("96413")),
        claim("B", line("96365")),
        claim("C", line("96365", modifiers=("RT",))),
    )
    assert summaries(walk.published) == ["A1 PASS", "B1 DENY", "C1 DENY"]
    sent = walk.send(voiding("A", "V"))
    assert summaries(sent) == ["V1 PASS", "B2 PASS", "C2 DENY"]
    assert related(sent[2]) == [("B",)]
    assert summaries(walk.send(voiding("B", "W"))) == ["W1 PASS", "C3 PASS"]


def test_with_the_strict_roll_up_it_is_the_whole_claim(start: Callable[..., Walk]) -> None:
    walk = start(RollUp.STRICT)
    walk.send(claim("A", line("96365")), claim("B", line("96365"), line("96372")))
    assert walk.last()["B"].disposition is DENY
    # The other line of B was not paid, so it may be billed again, and comes first now.
    assert summaries(walk.send(claim("C", line("96372")))) == ["C1 PASS"]
    sent = walk.send(voiding("A", "V"))
    assert summaries(sent) == ["V1 PASS", "B2 DENY"]
    assert outcomes(sent[1]) == {1: PASS, 2: DENY}
    assert summaries(walk.send(voiding("C", "W"))) == ["W1 PASS", "B3 PASS"]


def test_a_denial_may_become_a_pend_and_be_resolved(walk: Walk) -> None:
    bill = [line("96365"), line("96366", units=2)]
    walk.send(claim("A", *bill), claim("B", line("96366", units=2)))
    sent = walk.send(voiding("A", "V"), claim("C", line("96365")))
    assert summaries(sent) == ["V1 PASS", "B2 PEND", "C1 PASS", "B3 PASS"]
    assert sent[3].supersedes == sent[1].decision_id
    assert sent[3].trigger_event_id == "event-C"


@pytest.mark.parametrize(
    "unrelated",
    [
        voiding("A", "V", member_id="M2"),
        claim("A", line("96372"), member_id="M2", event="other"),
        voiding("D", "V"),
        voiding("E", "V"),
        voiding("UNKNOWN", "V"),
        replacing("D", "R", line("96401")),
        claim("F", line("96376"), line("96401")),
        claim("A", line("96365"), event="re-sent"),
        claim("A", line("96372"), event="event-A"),
        claim("A", line("96372"), event="reused", billing_provider_npi=OTHER_CLINIC),
        # A header fault: it withdraws nothing.
        replacing("A", "R", line("96365"), diagnosis_codes=()),
        voiding("A", "V", claim_form=ClaimForm.UB04, type_of_bill="137"),
    ],
)
def test_other_events_leave_a_denial_as_it_is(walk: Walk, unrelated: ClaimEvent) -> None:
    walk.send(
        claim("D", line("96373")),
        claim("E", line("96365"), billing_provider_npi=OTHER_CLINIC),
        claim("A", line("96365")),
        claim("B", line("96365")),
    )
    kept = walk.members.claim("M1", "B")
    assert "B" not in {each.claim_id for each in walk.send(unrelated)}
    assert walk.members.claim("M1", "B") == kept


def test_events_sent_again_after_the_void_change_nothing(walk: Walk) -> None:
    history = [claim("A", line("96365")), claim("B", line("96365")), voiding("A", "V")]
    walk.send(*history)
    assert [walk.send(each) for each in history] == [[], [], []]


def test_a_denied_claim_that_is_withdrawn_itself_is_not_decided_again(walk: Walk) -> None:
    walk.send(claim("A", line("96365")), claim("B", line("96365")), voiding("B", "V"))
    assert summaries(walk.send(voiding("A", "W"))) == ["W1 PASS"]


def test_the_supervisor_judges_the_new_revision_and_gives_time_back(walk: Walk) -> None:
    walk.send(
        infusion("A", "M1", "09:00-10:00", BEA),
        infusion("B", "M1", "09:00-10:00", BEA),
        infusion("C", "M2", "09:30-10:30", ADA),
        infusion("D", "M2", "11:30-12:30", BEA),
    )
    assert summaries(walk.published)[:3] == ["A1 PASS", "B1 DENY", "C1 PASS"]
    # B takes the time of A in the same event, so E finds it taken.
    assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS", "B2 PASS"]
    sent = walk.send(infusion("E", "M3", "09:30-10:30", BEA))
    assert edits(sent[0]) == ["simultaneous-supervision"]
    sent = walk.send(voiding("B", "W"))
    assert summaries(sent) == ["W1 PASS", "E2 PASS"]


def test_the_new_revision_may_be_denied_by_its_supervisor_and_reopened(walk: Walk) -> None:
    walk.send(
        claim("A", line("96365", "09:00-10:00")),
        infusion("C", "M2", "09:30-10:30"),
        claim("B", line("96365", "09:00-10:00", by=ADA)),
    )
    assert summaries(walk.published) == ["A1 PASS", "C1 PASS", "B1 DENY"]
    void = walk.send(voiding("A", "V"))
    assert summaries(void) == ["V1 PASS", "B2 DENY"]
    assert edits(void[1]) == ["simultaneous-supervision"]
    freed = walk.send(voiding("C", "W", member_id="M2"))
    assert summaries(freed) == ["W1 PASS", "B3 PASS"]
    assert freed[1].supersedes == void[1].decision_id
