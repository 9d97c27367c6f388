"""Properties of reviews that hold for every history of claims (docs/spec/edits.md, Reviews)."""

from collections.abc import Mapping
from typing import cast

from hypothesis import assume, given
from hypothesis import strategies as st

from stream_edits.app.state_memory import StoredMembers, StoredSupervisors
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding
from stream_edits.domain.messages import RoutedReview
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.reviews import takes_away
from tests.build import claim, line
from tests.stages.infusions import histories
from tests.stages.reviewing import APPROVE, review
from tests.stages.wire import OverTheWire, State

LATE = 100_000


def stored(walk: OverTheWire) -> tuple[Mapping[bytes, bytes], Mapping[bytes, bytes]]:
    """The state of both stages, as it is now."""
    members = cast(State, cast(StoredMembers, walk.members)._state)
    supervisors = cast(State, cast(StoredSupervisors, walk.supervisors)._state)
    return dict(members.kept), dict(supervisors.kept)


def worked(history: list[ClaimEvent]) -> OverTheWire:
    walk = OverTheWire()
    walk.send(*history)
    return walk


def member_of(history: list[ClaimEvent], claim_id: str) -> str:
    return next(each.member_id for each in history if each.claim_id == claim_id)


def taken_away(decision: ClaimDecision) -> list[EditFinding]:
    return [finding for finding in decision.findings if takes_away(finding)]


@st.composite
def reviews(draw: st.DrawFn, history: list[ClaimEvent], walk: OverTheWire) -> ReviewEvent:
    """A review of any decision of a history, also an old one."""
    decision = draw(st.sampled_from(walk.published))
    found = draw(st.sampled_from([None, *decision.findings]))
    numbers = [None, *(each.line_number for each in decision.lines)]
    return review(
        decision,
        draw(st.sampled_from(ReviewOutcome)),
        found.line_number if found else draw(st.sampled_from(numbers)),
        draw(st.sampled_from([None, found.edit_id])) if found else None,
        minute=LATE,
        member_id=member_of(history, decision.claim_id),
        allowed_units=draw(st.sampled_from([None, None, 1.0, 3.0])),
    )


@given(histories(), st.data())
def test_a_review_is_applied_or_changes_nothing(
    history: list[ClaimEvent], data: st.DataObject
) -> None:
    walk = worked(history)
    made = data.draw(reviews(history, walk))
    before = stored(walk)
    newest = walk.last()
    try:
        sent = walk.reviewed(made)
    except ReviewRefused:
        members, supervisors = stored(walk)
        # The encounter stage has noted a review that only the supervisors refused.
        assert members == before[0] or isinstance(walk.sent[-1], RoutedReview)
        assert supervisors == before[1]
        assert walk.last() == newest
        return
    if made.outcome is ReviewOutcome.UPHOLD:
        assert sent == []
    else:
        own = walk.last()[made.claim_id]
        assert own.trigger_event_id == made.review_id
        assert own.supersedes == newest[made.claim_id].decision_id
        assert own.revision == newest[made.claim_id].revision + 1
    assert walk.reviewed(made) == [], "a review that was seen before"


@given(histories(), st.data())
def test_what_is_approved_no_longer_takes_anything_away(
    history: list[ClaimEvent], data: st.DataObject
) -> None:
    walk = worked(history)
    open_to_review = [each for each in walk.last().values() if taken_away(each)]
    assume(open_to_review)
    decision = data.draw(st.sampled_from(open_to_review))
    made = review(decision, minute=LATE, member_id=member_of(history, decision.claim_id))
    try:
        walk.reviewed(made)
    except ReviewRefused:
        # Its claim was withdrawn meanwhile.
        assume(False)
    reviewed = {(f.edit_id, f.line_number) for f in taken_away(decision)}
    after = walk.last()[decision.claim_id]
    for finding in after.findings:
        if (finding.edit_id, finding.line_number) in reviewed:
            assert finding.disposition is Disposition.PASS
            assert finding.allowed_units is None
            assert finding.review_id == made.review_id
    kept = {(f.edit_id, f.line_number) for f in after.findings if f.review_id}
    assert kept == reviewed
    # Another claim of the day changes nothing about them.
    walk.send(claim("LATER", line("96366"), minute=LATE + 1))
    again = walk.last()[decision.claim_id]
    assert {(f.edit_id, f.line_number) for f in again.findings if f.review_id} == reviewed


@given(histories(), st.data())
def test_an_unrelated_claim_may_come_before_or_after(
    history: list[ClaimEvent], data: st.DataObject
) -> None:
    open_to_review = [each for each in worked(history).last().values() if taken_away(each)]
    assume(open_to_review)
    decision = data.draw(st.sampled_from(open_to_review))
    outcome = data.draw(st.sampled_from([APPROVE, ReviewOutcome.DENY]))
    made = review(decision, outcome, minute=LATE, member_id=member_of(history, decision.claim_id))
    other = claim("OTHER", line("96365"), member_id="STRANGER", minute=LATE)

    def decided(first: bool) -> dict[str, ClaimDecision]:
        walk = worked(history)
        if first:
            walk.send(other)
        try:
            walk.reviewed(made)
        except ReviewRefused:
            assume(False)
        if not first:
            walk.send(other)
        return walk.last()

    assert decided(first=True) == decided(first=False)
