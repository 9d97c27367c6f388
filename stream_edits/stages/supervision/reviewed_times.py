"""Reviews of the supervision stage's findings on the lines of a claim."""

from collections.abc import Sequence
from datetime import date

from stream_edits.domain.decision import Disposition, Draft, EditFinding
from stream_edits.domain.messages import SupervisedClaim, SupervisedReview
from stream_edits.domain.supervisor_state import RefusedLine, SupervisedSlot, SupervisorRecord
from stream_edits.policies.judging.own_reason import own_reason
from stream_edits.policies.policy import Policies
from stream_edits.stages.shared.refused_reviews import StaleReview, UnitsAboveBilled
from stream_edits.stages.shared.reviews import decided, takes_away


def is_named(review: SupervisedReview | None, each: RefusedLine) -> bool:
    """Whether the review names a finding. One that came after the revision that the reviewer saw
    is not named."""
    return (
        review is not None
        and each.since <= review.seen_revision
        and _is_about(review, each.finding)
        and (review.edit_id is not None or takes_away(each.finding))
    )


def _is_about(review: SupervisedReview, finding: EditFinding) -> bool:
    """Whether a finding is of the line and the edit of a review, or of any where it names none."""
    return review.line_number in (None, finding.line_number) and review.edit_id in (
        None,
        finding.edit_id,
    )


def findings_named(
    review: SupervisedReview, refused: Sequence[RefusedLine], draft: Draft
) -> tuple[EditFinding, ...]:
    """The findings on a claim that a review names, when it is not the claim that brings it.

    ``draft`` is the claim's newest. Raises StaleReview if one of them has changed since the
    reviewer saw it, UnitsAboveBilled.
    """
    line = review.line_number
    named = tuple(each.finding for each in refused if is_named(review, each))
    changed = [
        each.finding
        for each in refused
        if each.since > review.seen_revision and _is_about(review, each.finding)
    ]
    if any(finding.review_id for finding in changed) or (changed and not named):
        raise StaleReview("the supervisor's finding has changed since that decision")
    billed = next((x.billed_units for x in draft.lines if x.line_number == line), None)
    if named and billed is not None and (review.allowed_units or 0) > billed:
        raise UnitsAboveBilled
    return named


def refused_lines(
    message: SupervisedClaim, earlier: Sequence[RefusedLine], found: Sequence[EditFinding]
) -> tuple[RefusedLine, ...]:
    """The findings to remember, each with the revision since which it is unchanged."""
    since = {_outcome(each.finding): each.since for each in earlier}
    return tuple(
        RefusedLine(finding, since.get(_outcome(finding), message.draft.revision))
        for finding in found
    )


def _outcome(finding: EditFinding) -> tuple[object, ...]:
    return (
        finding.edit_id,
        finding.line_number,
        finding.disposition,
        finding.allowed_units,
        finding.review_id,
    )


def as_reviewed(
    policies: Policies, message: SupervisedClaim, refused: Sequence[RefusedLine]
) -> tuple[RefusedLine, ...]:
    """The earlier findings on the claim, with those decided that the message's review names."""
    review = message.review
    if review is None:
        return tuple(refused)
    # The first line of each number.
    billed = {x.line_number: x.billed_units for x in reversed(message.draft.lines)}
    days = {time.line_number: time.service_date for time in message.times}
    return tuple(
        _decided(policies, review, each, billed, days, message.draft.revision)
        if is_named(review, each)
        else each
        for each in refused
    )


def lets_stand(each: RefusedLine) -> bool:
    """Whether a review lets a line stand beside the claims that its finding names."""
    return each.finding.review_id is not None and each.finding.disposition is Disposition.PASS


def granted_lines(refused: Sequence[RefusedLine]) -> set[tuple[int | None, str]]:
    """The lines that a review lets stand, each with a claim that it may overlap."""
    return {
        (each.finding.line_number, other)
        for each in refused
        if lets_stand(each)
        for other in each.finding.related_claim_ids
    }


def beside(record: SupervisorRecord, replacement: SupervisedClaim) -> SupervisorRecord:
    """The record of a claim whose lines may also overlap the replacement of one that they may."""
    withdrawn, claim_id = replacement.withdrawn_claim_id, replacement.draft.claim_id
    refused = []
    for each in record.refused:
        others = each.finding.related_claim_ids
        if lets_stand(each) and withdrawn in others and claim_id not in others:
            finding = each.finding._replace(related_claim_ids=(*others, claim_id))
            each = each._replace(finding=finding)
        refused.append(each)
    return record._replace(refused=tuple(refused))


def reviewed_and_absent(
    message: SupervisedClaim, npi: str, earlier: Sequence[RefusedLine]
) -> tuple[RefusedLine, ...]:
    """What a person has decided on lines that take no time in this message, as another edit denies
    them. It holds again when they come back."""
    reviewed = [each for each in earlier if each.finding.review_id]
    if not reviewed:
        return ()
    here = {time.line_number for time in message.times if time.npi == npi}
    return tuple(each for each in reviewed if each.finding.line_number not in here)


def without_time(
    own: Sequence[SupervisedSlot], absent: Sequence[RefusedLine]
) -> list[SupervisedSlot]:
    """The slots of absent lines, occupying no time.

    Kept so that the line's record expires with its day.
    """
    numbers = {each.finding.line_number for each in absent}
    return [x._replace(occupies_time=False) for x in dict.fromkeys(own) if x.line_number in numbers]


def _decided(
    policies: Policies,
    review: SupervisedReview,
    each: RefusedLine,
    units: dict[int, float],
    days: dict[int, date],
    revision: int,
) -> RefusedLine:
    """``units`` are those that the claim's lines bill, ``days`` their dates, by number."""
    number, allowed = each.finding.line_number, review.allowed_units
    if number is None:
        raise LookupError("a supervisor's finding is on no line")
    billed = units[number]
    if allowed is not None and allowed > billed:
        # A review of all lines may allow more than this one bills.
        review = review._replace(allowed_units=None)
    own = own_reason(policies, each.finding, days.get(number, date.max))
    return RefusedLine(decided(review, each.finding, billed, own), revision)
