"""The demo's reviewer, who answers a claim that is held for a price."""

from collections.abc import Iterable
from datetime import timedelta

from stream_edits.codec.reviews import encode_review
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.engine.ports import Output

_EDIT = "by-report-pricing"


def held_for_a_price(newest: Iterable[ClaimDecision]) -> ClaimDecision | None:
    """A claim that only a price holds: that with the fewest lines, the earliest among equals.

    ``newest`` holds the newest decision of each claim.
    """
    held = (each for each in newest if each.disposition is Disposition.PEND and _is_only(each))
    return min(held, key=lambda each: (len(each.lines), each.decided_at), default=None)


def _is_only(decision: ClaimDecision) -> bool:
    holds = [f for f in decision.findings if f.disposition is Disposition.PEND]
    return len(holds) == 1 and holds[0].edit_id == _EDIT


def answer(decision: ClaimDecision, claims: Iterable[ClaimEvent]) -> ReviewEvent:
    """The reviewer's approval of the price, two days after the claim was held."""
    (held,) = (f for f in decision.findings if f.disposition is Disposition.PEND)
    member_id = next(c.member_id for c in claims if c.claim_id == decision.claim_id)
    return ReviewEvent(
        review_id="demo-review-1",
        event_time=decision.decided_at + timedelta(days=2),
        member_id=member_id,
        claim_id=decision.claim_id,
        decision_id=decision.decision_id,
        line_number=held.line_number,
        edit_id=held.edit_id,
        outcome=ReviewOutcome.APPROVE,
        reason_code="PRICED",
        reviewer="pricing-desk",
    )


def record_of(review: ReviewEvent, topic: str) -> Output:
    """The review as a record of its topic."""
    return Output(topic, review.member_id.encode(), encode_review(review))
