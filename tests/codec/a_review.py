"""One review with every field filled."""

from datetime import UTC, datetime

from stream_edits.domain.review import ReviewEvent, ReviewOutcome

REVIEW = ReviewEvent(
    review_id="review-1",
    event_time=datetime(2024, 12, 6, 9, 15, 0, 250000, tzinfo=UTC),
    member_id="member-1",
    claim_id="claim-1",
    decision_id="0e0bd5d4-4e5e-5e9a-9a57-6a2b1f8b0a51",
    line_number=2,
    edit_id="by-report-pricing",
    outcome=ReviewOutcome.APPROVE,
    allowed_units=1.5,
    carc="50",
    rarcs=("N115", "M15"),
    reason_code="PRICED",
    reviewer="examiner-7",
)
