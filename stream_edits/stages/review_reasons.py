"""The reason codes of what a review denies or cuts: a remittance must be able to state them."""

from datetime import date

from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.domain.review import ReviewEvent
from stream_edits.policies.values.reason_codes import adjustment_problem
from stream_edits.policies.values.x12_codes import RETRIEVED, Kind, x12_codes
from stream_edits.stages.reviews import ReviewRefused, takes_away


class ReasonRefused(ReviewRefused):
    """A review for a reason that no remittance can state: a violation of the contract."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.error_class = "ContractViolation"


def check_reason_codes(review: ReviewEvent) -> None:
    """Raise ReasonRefused if the review names a CARC or RARC that is not on the X12 list."""
    named = [(Kind.RARC, rarc) for rarc in review.rarcs]
    if review.carc is not None:
        named.append((Kind.CARC, review.carc))
    if any(each not in x12_codes() for each in named):
        # Without the code: what is not a code may be anything.
        raise ReasonRefused(f"carc or a rarc is not on the X12 list of {RETRIEVED}")


def check_reason(finding: EditFinding, day: date) -> None:
    """Raise ReasonRefused if a finding takes something away, and a remittance of the day could not
    state it."""
    problem = reason_problem(finding, day)
    if problem is not None:
        raise ReasonRefused(problem)


def reason_problem(finding: EditFinding, day: date) -> str | None:
    """Why a remittance of a day could not state what a reviewed finding takes away, or None."""
    if not takes_away(finding):
        return None
    if finding.carc is None:
        done = "deny it" if finding.disposition is Disposition.DENY else "cut its units"
        return f"the finding has no CARC to {done} with: name one"
    return adjustment_problem(finding.group_code, finding.carc, finding.rarcs, day)
