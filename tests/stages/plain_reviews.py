"""Which of a supervisor's findings a review names, for the oracle of the supervision stage."""

from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.domain.messages import SupervisedReview
from stream_edits.domain.supervisor_state import SupervisorRecord
from stream_edits.stages.shared.refused_reviews import StaleReview, UnitsAboveBilled


def named_by(review: SupervisedReview, record: SupervisorRecord) -> tuple[EditFinding, ...]:
    """The findings on a claim that the reviewer saw and is about.

    Raises StaleReview if a person has decided one since, or if all of them are newer, and
    UnitsAboveBilled.
    """
    if record.denied_claim is None:
        return ()
    named: list[EditFinding] = []
    newer: list[EditFinding] = []
    for finding, since in record.refused:
        if review.line_number is not None and finding.line_number != review.line_number:
            continue
        if review.edit_id is not None and finding.edit_id != review.edit_id:
            continue
        if since > review.seen_revision:
            newer.append(finding)
        elif review.edit_id is not None or not _lets_the_line_pass(finding):
            named.append(finding)
    if newer and not named:
        raise StaleReview("every such finding is newer")
    if any(finding.review_id is not None for finding in newer):
        raise StaleReview("a person has decided such a finding since")
    for line in record.denied_claim.draft.lines:
        if named and line.line_number == review.line_number:
            if (review.allowed_units or 0) > line.billed_units:
                raise UnitsAboveBilled
            break
    return tuple(named)


def _lets_the_line_pass(finding: EditFinding) -> bool:
    """Whether a finding leaves its line all of its units."""
    return finding.disposition is Disposition.PASS and finding.allowed_units is None
