"""What can be checked of a review before it is published, against the decisions on its claim."""

from collections.abc import Sequence
from datetime import date

from stream_edits.codec.errors import ContractViolation
from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding, parted
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.policies.own_reason import ReasonCodes
from stream_edits.policies.values.reason_codes import reason_problem
from stream_edits.policies.values.rules import Outcome
from stream_edits.stages.review_reasons import check_reason, check_reason_codes
from stream_edits.stages.reviews import StaleReview, UnknownReview, decided, takes_away


def newest_of(decisions: Sequence[ClaimDecision]) -> ClaimDecision:
    """The decision in force: that with the highest revision. Raises UnknownReview without any."""
    if not decisions:
        raise UnknownReview("the decision topics have no decision on this claim")
    return max(decisions, key=lambda decision: (decision.revision, decision.decided_at))


def findings_reviewed(
    review: ReviewEvent, decisions: Sequence[ClaimDecision]
) -> tuple[EditFinding, ...]:
    """The findings of the newest decision that the review is about.

    ``decisions`` are all on its claim. Raises UnknownReview, StaleReview, UnitsAboveBilled,
    ReasonRefused, or ContractViolation for fields that do not go together and for codes that end.
    """
    newest = newest_of(decisions)
    if review.decision_id not in {decision.decision_id for decision in decisions}:
        raise StaleReview("the decision topics hold no such decision on this claim")
    billed = {line.line_number: line.billed_units for line in newest.lines}
    if review.line_number is not None and review.line_number not in billed:
        raise UnknownReview("the claim has no such line")
    named = tuple(
        finding
        for finding in parted(newest.findings)[0]
        if review.line_number in (None, finding.line_number)
        and (review.edit_id == finding.edit_id if review.edit_id else takes_away(finding))
    )
    if not named:
        raise UnknownReview("the newest decision on the claim has no such finding")
    _check_fields(review)
    check_reason_codes(review)
    if review.outcome is not ReviewOutcome.UPHOLD:
        for finding in named:
            units = None if finding.line_number is None else billed[finding.line_number]
            own = ReasonCodes(finding.carc, finding.rarcs)
            _check_reason(decided(review, finding, units, own), review.event_time.date())
    return named


def _check_fields(review: ReviewEvent) -> None:
    if review.allowed_units is not None and review.outcome is not ReviewOutcome.APPROVE:
        raise ContractViolation("allowed_units go with APPROVE only")
    may_have_a_reason = review.outcome is ReviewOutcome.DENY or review.allowed_units is not None
    if (review.carc or review.rarcs) and not may_have_a_reason:
        raise ContractViolation("carc and rarcs go with DENY or with allowed_units only")


def _check_reason(finding: EditFinding, day: date) -> None:
    """Check the reason codes that the finding has after the review.

    Raises ReasonRefused, or ContractViolation for a code that is in force but ends later.
    """
    check_reason(finding, day)
    if takes_away(finding):
        reason = Outcome(disposition=Disposition.DENY, carc=finding.carc, rarcs=finding.rarcs)
        problem = reason_problem(reason, day)
        if problem is not None:
            raise ContractViolation(problem)
