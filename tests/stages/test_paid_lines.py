"""What is paid stays paid when another claim's denial, or one of its own, is decided again."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent, Supervision
from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding, RollUp
from stream_edits.domain.member_state import ClaimStatus
from tests.build import PUBLISHED, claim, line, replacing, voiding
from tests.stages.infusions import claims, histories
from tests.stages.reviewing import review
from tests.stages.walk import Walk, edits, outcomes, related, summaries
from tests.stages.wire import OverTheWire

PASS, DENY = Disposition.PASS, Disposition.DENY


@pytest.fixture(params=[Walk, OverTheWire])
def walk(request: pytest.FixtureRequest) -> Walk:
    run: Walk = request.param()
    return run


def test_a_denied_line_of_a_paid_claim_is_decided_again(walk: Walk) -> None:
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


def test_nothing_that_is_paid_is_taken_back_for_another_claim(walk: Walk) -> None:
    walk.send(
        claim("A", line("96372")),
        claim("B", line("96372"), line("96365")),
        claim("C", line("96413")),
    )
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS", "C1 PEND"]
    sent = walk.send(voiding("A", "V"))
    assert summaries(sent) == ["V1 PASS", "B2 PASS"]
    assert outcomes(sent[1]) == {1: PASS, 2: PASS}
    # C still conflicts with the paid line of B.
    assert edits(walk.last()["C"]) == ["conflicts-with-decided-claim"]
    assert related(walk.last()["C"]) == [("B",)]


def test_a_paid_add_on_keeps_its_payment_without_its_primary(walk: Walk) -> None:
    walk.send(claim("A", line("96372"), line("96365")), claim("B", line("96372"), line("96366")))
    assert outcomes(walk.last()["B"]) == {1: DENY, 2: PASS}
    sent = walk.send(voiding("A", "V"))
    assert summaries(sent) == ["V1 PASS", "B2 PASS"]
    assert outcomes(sent[1]) == {1: PASS, 2: PASS}
    assert edits(sent[1]) == []


def test_a_paid_line_that_was_cut_back_keeps_its_units(walk: Walk) -> None:
    walk.send(
        claim("A", line("96365"), line("96372")),
        claim("B", line("96372"), line("96366", units=9)),
    )
    before = walk.last()["B"]
    assert [x.allowed_units for x in before.lines] == [0, 8]
    # As a whole, B would lose its add-on. So only its denied line is decided again.
    (_, again) = walk.send(voiding("A", "V"))
    assert summaries([again]) == ["B2 PASS"]
    assert [x.allowed_units for x in again.lines] == [1, 8]
    assert again.findings == tuple(f for f in before.findings if f.line_number == 2)


def test_a_paid_claim_that_would_lose_a_line_stays_as_it_is(walk: Walk) -> None:
    walk.send(
        claim("A", line("96365"), line("96366", units=4)),
        claim("B", line("96366", units=6)),
    )
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS"]
    kept = walk.members.claim("M1", "B")
    assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS"]
    assert walk.members.claim("M1", "B") == kept


def test_units_that_were_cut_back_for_another_claim_are_given_back(walk: Walk) -> None:
    walk.send(
        claim("A", line("96365"), line("96366", units=5)),
        claim("B", line("96365", modifiers=("59",)), line("96366", units=6)),
    )
    before = walk.last()["B"]
    assert [x.allowed_units for x in before.lines] == [1, 3]
    (_, again) = walk.send(voiding("A", "V"))
    assert summaries([again]) == ["B2 PASS"]
    assert [x.allowed_units for x in again.lines] == [1, 6]
    assert edits(again) == []
    assert again.supersedes == before.decision_id


def test_a_replacement_gives_back_the_units_that_it_leaves(walk: Walk) -> None:
    walk.send(
        claim("A", line("96365"), line("96366", units=5)),
        claim("B", line("96365", modifiers=("59",)), line("96366", units=6)),
    )
    sent = walk.send(replacing("A", "R", line("96365"), line("96366", units=3)))
    assert summaries(sent) == ["R1 PASS", "B2 PASS"]
    assert [x.allowed_units for x in sent[1].lines] == [1, 5]
    assert related(sent[1]) == [("R",)]


def test_the_right_claim_may_come_after_the_void_of_the_wrong_one(walk: Walk) -> None:
    walk.send(claim("A", line("96366", "10:00-12:00", units=2)))
    walk.send(claim("B", line("96365", "09:05-09:15")))
    assert [x.allowed_units for x in walk.last()["A"].lines] == [1]
    # Without a primary the line would be held, so it stays as it is.
    assert summaries(walk.send(voiding("B", "V"))) == ["V1 PASS"]
    sent = walk.send(claim("C", line("96365", "09:00-10:00")))
    assert summaries(sent) == ["C1 PASS", "A3 PASS"]
    assert [x.allowed_units for x in sent[1].lines] == [2]


def test_a_line_that_is_paid_stays_so_while_a_review_holds_another() -> None:
    walk = OverTheWire()
    unsupervised = line("96365", supervision=Supervision.NONE)
    (first,) = walk.send(claim("A", line("96374"), unsupervised))
    assert outcomes(first) == {1: PASS, 2: DENY}
    (held_now,) = walk.reviewed(review(first, line=2))
    (finding,) = [x for x in held_now.findings if x.disposition is Disposition.PEND]
    # It outranks a line of its own claim, not of another.
    assert finding.edit_id == "conflicts-with-decided-claim"
    assert finding.related_claim_ids == ()
    assert "Send a replacement of this claim with 96375 instead of 96374." in finding.message
    assert summaries(walk.send(claim("N", line("96372"), minute=9))) == ["N1 PASS"]
    assert outcomes(walk.last()["A"]) == {1: PASS, 2: Disposition.PEND}


def test_a_cut_that_rests_on_no_other_claim_is_not_decided_again(walk: Walk) -> None:
    walk.send(claim("A", line("96372")), claim("B", line("96365"), line("96366", units=9)))
    kept = walk.members.claim("M1", "B")
    assert kept is not None
    assert (kept.rests_on, kept.claim) == ((), None)
    assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS"]


@given(claims("A", "e1"), claims("B", "e2"), st.sampled_from(RollUp))
def test_a_right_claim_ends_as_if_the_wrong_one_had_never_come(
    wrong: ClaimEvent, right: ClaimEvent, rule: RollUp
) -> None:
    """The right claim first, and the void after it."""
    walk, alone = Walk(rule), Walk(rule)
    walk.send(wrong, right)
    first = walk.last()["B"]
    record = walk.members.claim("M1", "B")
    rests = record is not None and bool(record.rests_on)
    walk.send(voiding("A", "V", event_time=PUBLISHED))
    alone.send(right)
    after, expected = walk.last()["B"], alone.last()["B"]
    is_open = record is not None and record.status is ClaimStatus.OPEN
    # A denied claim pays none of its lines.
    is_paid = first.disposition is not DENY
    paid = {
        x.line_number: x.allowed_units for x in first.lines if is_paid and x.disposition is PASS
    }
    would_lose = not is_open and any(
        x.disposition is not PASS or x.allowed_units < paid[x.line_number]
        for x in expected.lines
        if x.line_number in paid
    )
    if (rests or is_open) and not would_lose:
        assert after.lines == expected.lines
        # A message may name another claim's service, and is not published again for that alone.
        assert _silent(after.findings) == _silent(expected.findings)
    elif not is_open:
        now = {x.line_number: x.allowed_units for x in after.lines if x.disposition is PASS}
        assert all(now[number] >= units for number, units in paid.items())


def _silent(findings: Iterable[EditFinding]) -> list[EditFinding]:
    return [each._replace(message="") for each in findings]


@given(histories(most=9, members=1), st.sampled_from(RollUp))
def test_other_claims_never_take_back_what_is_paid(history: list[ClaimEvent], rule: RollUp) -> None:
    """Nor does a later event, while the claim is held for another of its lines."""
    walk, newest = Walk(rule), dict[str, ClaimDecision]()
    walk.send(*history)
    paid: dict[str, dict[int, float]] = {}
    for decision in walk.published:
        before = newest.get(decision.claim_id)
        newest[decision.claim_id] = decision
        if before is None or decision.trigger_event_id is None:
            paid[decision.claim_id] = {}
        else:
            assert decision.supersedes == before.decision_id
        now = {x.line_number: x for x in decision.lines}
        for number, units in paid[decision.claim_id].items():
            assert now[number].disposition is PASS
            assert now[number].allowed_units >= units
        if decision.disposition is PASS:
            passed = (x for x in decision.lines if x.disposition is PASS)
            paid[decision.claim_id] = {x.line_number: x.allowed_units for x in passed}
