"""Reviews for the tests."""

from datetime import timedelta
from typing import Any

from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from tests.build import PUBLISHED

APPROVE, DENY, UPHOLD = ReviewOutcome


def review(
    decision: ClaimDecision,
    outcome: ReviewOutcome = APPROVE,
    line: int | None = None,
    edit: str | None = None,
    *,
    minute: int = 60,
    member_id: str = "M1",
    **fields: Any,
) -> ReviewEvent:
    """A review of a decision: of every finding, or of one line's or one edit's.

    ``minute`` is when it was published, in minutes after PUBLISHED. Its id is made of what it
    reviews, unless ``fields`` give another.
    """
    given: dict[str, Any] = {
        "review_id": f"review-{decision.claim_id}-{decision.revision}-{line}-{edit}-{outcome}",
        "event_time": PUBLISHED + timedelta(minutes=minute),
        "member_id": member_id,
        "claim_id": decision.claim_id,
        "decision_id": decision.decision_id,
        "line_number": line,
        "edit_id": edit,
        "outcome": outcome,
        "reason_code": "PRICED",
        "reviewer": "examiner-7",
    }
    return ReviewEvent(**(given | fields))
