"""What can be checked of a review before it is published, against the decisions on its claim."""

from collections.abc import Sequence

from stream_edits.codec.errors import ContractViolation
from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding, parted
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.policies.judging.own_reason import ReasonCodes
from stream_edits.policies.values.reason_codes import codes_of, reason_problem
from stream_edits.policies.values.rules import Outcome
from stream_edits.policies.values.x12_codes import RETRIEVED, x12_codes
from stream_edits.stages.shared.refused_reviews import StaleReview, UnknownReview
from stream_edits.stages.shared.reviews import decided, takes_away


def newest_of(decisions: Sequence[ClaimDecision]) -> ClaimDecision:
    """The decision in force: that with the highest revision. Raises UnknownReview without any."""
    if not decisions:
        raise UnknownReview("the decision topics have no decision on this claim")
    return max(decisions, key=lambda decision: (decision.revision, decision.decided_at))


def findings_reviewed(
    review: ReviewEvent, decisions: Sequence[ClaimDecision]
) -> tuple[EditFinding, ...]:
    """The findings of the newest decision that the review is about.

    ``decisions`` are all on its claim. Raises UnknownReview, StaleReview, UnitsAboveBilled, or
    ContractViolation for fields that do not go together and for reason codes.
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
    if review.outcome is not ReviewOutcome.UPHOLD:
        for finding in named:
            units = None if finding.line_number is None else billed[finding.line_number]
            own = ReasonCodes(finding.carc, finding.rarcs)
            _check_reason(review, decided(review, finding, units, own))
    return named


def _check_fields(review: ReviewEvent) -> None:
    if review.allowed_units is not None and review.outcome is not ReviewOutcome.APPROVE:
        raise ContractViolation("allowed_units go with APPROVE only")
    may_have_a_reason = review.outcome is ReviewOutcome.DENY or review.allowed_units is not None
    if (review.carc or review.rarcs) and not may_have_a_reason:
        raise ContractViolation("carc and rarcs go with DENY or with allowed_units only")


def _check_reason(review: ReviewEvent, finding: EditFinding) -> None:
    """Check the reason codes that the finding has after the review."""
    is_denied = finding.disposition is Disposition.DENY
    if not is_denied and finding.allowed_units is None:
        return
    if finding.carc is None:
        done = "deny it" if is_denied else "cut its units"
        raise ContractViolation(f"the finding has no CARC to {done} with: name one")
    reason = Outcome(disposition=Disposition.DENY, carc=finding.carc, rarcs=finding.rarcs)
    if any(named not in x12_codes() for named in codes_of(reason)):
        # Without the code: what is not a code may be anything.
        raise ContractViolation(f"carc or a rarc is not on the X12 list of {RETRIEVED}")
    problem = reason_problem(reason, review.event_time.date())
    if problem is not None:
        raise ContractViolation(problem)
