"""Denials that are decided again: what they rest on is withdrawn, or a later line answers them.

See docs/spec/edits.md, Across claims. Each test runs with both roll-ups, and with state and
messages in memory and as bytes.
"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp
from stream_edits.domain.member_state import ClaimStatus
from tests.build import (
    ADA,
    BEA,
    DAY,
    OTHER_CLINIC,
    PUBLISHED,
    claim,
    infusion,
    line,
    replacing,
    voiding,
)
from tests.stages.infusions import claims, histories
from tests.stages.walk import Walk, edits, outcomes, summaries
from tests.stages.wire import OverTheWire

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY


@pytest.fixture(params=[Walk, OverTheWire])
def start(request: pytest.FixtureRequest) -> Callable[..., Walk]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=RollUp)
def walk(start: Callable[..., Walk], request: pytest.FixtureRequest) -> Walk:
    return start(request.param)


def related(decision: ClaimDecision) -> list[tuple[str, ...]]:
    return [each.related_claim_ids for each in decision.findings]


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


def first_and_last(walk: Walk, *history: ClaimEvent) -> list[str]:
    """The newest decisions on the claims of a history."""
    walk.send(*history)
    return summaries(walk.last().values())


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


@pytest.mark.parametrize(
    ("other", "own", "edit"),
    [
        ((line("96413"),), (line("96365"),), "multiple-initial-codes"),
        ((line("96365"), line("96366", units=8)), (line("96366", units=2),), "units-over-maximum"),
        ((line("96365"),), (line("36591"),), "included-service"),
        (
            (line("96365"), line("96368")),
            (line("96368", modifiers=("RT",)),),
            "concurrent-more-than-once",
        ),
        (
            (line("96365", "09:00-11:00"),),
            (line("96361", "09:00-10:00"),),
            "hydration-concurrent",
        ),
        ((line("P9016"),), (line("96365"),), "infusion-code-for-excluded-product"),
        ((line("74177"),), (line("96374"),), "inherent-to-contrast-imaging"),
    ],
)
def test_a_denial_by_any_edit_is_decided_again(
    walk: Walk, other: tuple[ServiceLine, ...], own: tuple[ServiceLine, ...], edit: str
) -> None:
    walk.send(claim("A", *other))
    (denied,) = walk.send(claim("B", *own))
    assert denied.disposition is DENY
    assert edit in edits(denied)
    sent = walk.send(voiding("A", "V"))
    assert summaries(sent)[0] == "V1 PASS"
    assert [each.claim_id for each in sent[1:]] == ["B"]
    assert edit not in edits(sent[1])


def test_a_denied_line_of_a_paid_claim_is_decided_again(start: Callable[..., Walk]) -> None:
    walk = start()
    walk.send(
        claim("A", line("96365"), line("96366", units=4)),
        claim("B", line("96365"), line("96366", units=6), line("96372")),
    )
    before = walk.last()["B"]
    assert outcomes(before) == {1: DENY, 2: PASS, 3: PASS}
    assert [x.allowed_units for x in before.lines] == [0, 4, 1]
    (_, again) = walk.send(voiding("A", "V"))
    assert summaries([again]) == ["B2 PASS"]
    assert outcomes(again) == {1: PASS, 2: PASS, 3: PASS}
    assert [x.allowed_units for x in again.lines] == [1, 6, 1]


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


def test_nothing_that_is_paid_is_taken_back(start: Callable[..., Walk]) -> None:
    walk = start()
    walk.send(
        claim("A", line("96372")),
        claim("B", line("96372"), line("96365")),
        claim("C", line("96413")),
    )
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS", "C1 PEND"]
    kept = walk.members.claim("M1", "B")
    assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS"]
    assert walk.members.claim("M1", "B") == kept


def test_a_paid_claim_without_a_denial_stays_as_it_is(walk: Walk) -> None:
    walk.send(
        claim("A", line("96365"), line("96366", units=4)),
        claim("B", line("96366", units=6)),
    )
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS"]
    kept = walk.members.claim("M1", "B")
    assert kept is not None
    assert kept.claim is None
    assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS"]
    assert walk.members.claim("M1", "B") == kept


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


def test_an_answered_denial_is_decided_again(walk: Walk) -> None:
    walk.send(claim("A", line("96365"), line("J9271", units=200)))
    assert edits(walk.published[0]) == ["infusion-code-for-excluded-product"]
    before = walk.published[0]
    assert summaries(walk.send(claim("B", line("96377"), documents=()))) == ["B1 PEND"]
    answer = claim("C", line("J1100"))
    sent = walk.send(answer)
    assert summaries(sent) == ["C1 PASS", "A2 PASS"]
    assert sent[1].supersedes == before.decision_id
    assert sent[1].trigger_event_id == answer.event_id
    # An answer is final, as every decision without a denial.
    assert summaries(walk.send(voiding("C", "V"))) == ["V1 PASS"]


def test_an_answer_of_another_day_or_provider_is_none(walk: Walk) -> None:
    walk.send(claim("A", line("96365"), line("J9271", units=200)))
    sent = walk.send(
        claim("B", line("J1100", day=DAY.replace(day=20))),
        claim("C", line("J1100"), billing_provider_npi=OTHER_CLINIC),
        claim("D", line("J1100"), member_id="M2"),
    )
    assert {each.claim_id for each in sent} == {"B", "C", "D"}


@given(claims("A", "e1"), claims("B", "e2"), st.sampled_from(RollUp))
def test_a_right_claim_ends_as_if_the_wrong_one_had_never_come(
    wrong: ClaimEvent, right: ClaimEvent, rule: RollUp
) -> None:
    """The right claim first, and the void after it."""
    walk, alone = Walk(rule), Walk(rule)
    walk.send(wrong, right)
    record = walk.members.claim("M1", "B")
    rests = record is not None and bool(record.rests_on)
    walk.send(voiding("A", "V", event_time=PUBLISHED))
    alone.send(right)
    if rests or (record is not None and record.status is ClaimStatus.OPEN):
        after, before = walk.last()["B"], alone.last()["B"]
        assert after.lines == before.lines
        assert after.findings == before.findings


@given(histories(most=9, members=1), st.sampled_from(RollUp))
def test_other_claims_never_take_back_what_is_paid(history: list[ClaimEvent], rule: RollUp) -> None:
    walk, newest = Walk(rule), dict[str, ClaimDecision]()
    walk.send(*history)
    for decision in walk.published:
        before = newest.get(decision.claim_id)
        newest[decision.claim_id] = decision
        if before is None or decision.trigger_event_id is None:
            continue
        assert decision.supersedes == before.decision_id
        if before.disposition is PASS:
            paid = {x.line_number: x.allowed_units for x in before.lines if x.disposition is PASS}
            now = {x.line_number: x for x in decision.lines}
            for number, units in paid.items():
                assert now[number].disposition is PASS
                assert now[number].allowed_units >= units
