"""Applies a person's review to a member's claim."""

from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding
from stream_edits.domain.digests import event_digest
from stream_edits.domain.member_state import (
    ClaimRecord,
    ClaimStatus,
    ReviewableClaim,
)
from stream_edits.domain.messages import RoutedReview, SupervisedReview
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.policies.judging.own_reason import own_reason
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.claim_and_neighbours import Adjudicated, decide, draft_of_open
from stream_edits.stages.encounter.member import MemberSession
from stream_edits.stages.encounter.neighbours import Due
from stream_edits.stages.encounter.supervised_history import supervision_edits, with_review
from stream_edits.stages.encounter.withdrawal import withdraw_named
from stream_edits.stages.shared.decision_builder import Cause, DecisionBuilder
from stream_edits.stages.shared.line_records import paid_after_review
from stream_edits.stages.shared.refused_reviews import UnitsAboveBilled, UnknownReview
from stream_edits.stages.shared.reviews import (
    Seen,
    billed_units,
    check_reason_codes,
    decided,
    reviewable_after,
    reviewable_so_far,
    seen_by,
    with_decided,
)


class Reviewed(NamedTuple):
    """What a review led to: the messages to send, and the findings that it was about.

    A review that came before, or that upholds, sends nothing.
    """

    sent: list[Adjudicated]
    findings: tuple[EditFinding, ...]
    is_resent: bool = False


def review_claim(builder: DecisionBuilder, member: MemberSession, review: ReviewEvent) -> Reviewed:
    """Apply a review to the claim that it names, and decide the claims around it again.

    Raises ReviewRefused; nothing is stored then.
    """
    record = member.claim(review.claim_id)
    digest = event_digest(review.review_id)
    if record is not None and digest in record.review_digests:
        return Reviewed([], (), is_resent=True)
    if record is None or record.status is ClaimStatus.WITHDRAWN:
        raise UnknownReview("the claim is not known here, or was replaced or voided")
    check_reason_codes(review)
    record = record._replace(review_digests=(*record.review_digests, digest))
    reviewable = member.reviewable(review.claim_id)
    if reviewable is None and record.status is ClaimStatus.OPEN:
        reviewable = _held_before(builder, member, record)
    claim = record.claim if reviewable is None else reviewable.claim or record.claim
    if reviewable is None or claim is None:
        known = reviewable or reviewable_so_far(record.revision, record.decision_id or "")
        return _ask_supervisors(builder.policies, member, record, known, review)
    seen = _seen(builder.policies, review, record, reviewable, claim)
    newly = _decided(builder.policies, review, claim, seen)
    member.name(review.claim_id)
    if review.outcome is ReviewOutcome.UPHOLD:
        member.remember(record)
        # A finding that is not here may be the supervisors'.
        sent = [] if seen.named else [_routed(review, record, seen.revision)]
        return Reviewed([*sent], seen.named)
    own = _due(builder.policies, record, reviewable, claim, newly, review)
    withdrawn: ClaimRecord | None = None
    if any(finding.line_number is None for finding in newly):
        # A claim with a header fault did not withdraw the claim that it names.
        named = withdraw_named(member, own.record, record, own.governing)
        own, withdrawn = own._replace(record=named.record), named.withdrawn
    asked = None
    if _may_ask_supervisors(builder.policies, review, record):
        asked = _for_supervisors(review, seen.revision)
        _keep_asked(builder.policies, member, own.record, reviewable, asked)
    return Reviewed(decide(builder, member, own, own.cause, withdrawn, asked), seen.named)


def _ask_supervisors(
    policies: Policies,
    member: MemberSession,
    record: ClaimRecord,
    known: ReviewableClaim,
    review: ReviewEvent,
) -> Reviewed:
    """Send a review of a claim without findings here to the claim's supervisors.

    ``known`` has its decisions so far. They are kept from now on, so that a later review may name
    the same decision. Raises UnknownReview, StaleReview.
    """
    seen = seen_by(review, known)
    if not _may_ask_supervisors(policies, review, record):
        raise UnknownReview("the claim has no such finding")
    member.name(review.claim_id)
    member.remember(record)
    member.keep_reviewable(review.claim_id, known)
    return Reviewed([_routed(review, record, seen.revision)], ())


def _routed(review: ReviewEvent, record: ClaimRecord, seen_revision: int) -> RoutedReview:
    return RoutedReview(
        member_id=review.member_id,
        claim_id=review.claim_id,
        decision_id=review.decision_id,
        hops=record.supervisors,
        review=_for_supervisors(review, seen_revision),
        event_time=review.event_time,
        is_newest=review.decision_id == record.decision_id,
    )


def _held_before(
    builder: DecisionBuilder, member: MemberSession, record: ClaimRecord
) -> ReviewableClaim:
    """What a review needs to know of an open claim that was stored by an early version."""
    claim, policies = record.open_claim, builder.policies
    # The findings of its newest revision, which is not counted up.
    record = record._replace(
        encounter_keys=policies.encounter_keys(claim), revision=record.revision - 1
    )
    due = Due(record, Cause(None, claim.event_time), policies.governing(claim))
    draft = draft_of_open(builder, member, due)
    return reviewable_after(None, draft._replace(decision_id=record.decision_id or ""))


def _seen(
    policies: Policies,
    review: ReviewEvent,
    record: ClaimRecord,
    reviewable: ReviewableClaim,
    claim: ClaimEvent,
) -> Seen:
    """What the reviewer saw. Raises UnknownReview, StaleReview."""
    if review.line_number is not None and billed_units(claim, review.line_number) is None:
        raise UnknownReview("the claim has no such line")
    seen = seen_by(review, reviewable)
    if not seen.named and not _may_ask_supervisors(policies, review, record):
        raise UnknownReview("the claim has no such finding")
    return seen


def _may_ask_supervisors(policies: Policies, review: ReviewEvent, record: ClaimRecord) -> bool:
    """Whether the review may be about a finding that only the claim's supervisors know."""
    if not record.supervisors:
        return False
    return review.edit_id is None or review.edit_id in supervision_edits(policies)


def _for_supervisors(review: ReviewEvent, seen_revision: int) -> SupervisedReview:
    return SupervisedReview(
        review_id=review.review_id,
        seen_revision=seen_revision,
        line_number=review.line_number,
        outcome=review.outcome,
        allowed_units=review.allowed_units,
        carc=review.carc,
        rarcs=review.rarcs,
        edit_id=review.edit_id,
    )


def _keep_asked(
    policies: Policies,
    member: MemberSession,
    record: ClaimRecord,
    before: ReviewableClaim,
    asked: SupervisedReview,
) -> None:
    """Remember that the claim's next revision brings a review to its supervisors."""
    lines = dict.fromkeys(x.line_number for x in record.open_claim.lines if x.supervisor)
    after = with_review(before, policies, lines, asked, record.revision + 1)
    member.keep_reviewable(record.claim_id, after)


def _decided(
    policies: Policies, review: ReviewEvent, claim: ClaimEvent, seen: Seen
) -> list[EditFinding]:
    """The findings as the review decides them. Raises UnitsAboveBilled, UnitsOfNoLine."""
    billed, allowed = billed_units(claim, review.line_number), review.allowed_units
    if billed is not None and allowed is not None and allowed > billed:
        raise UnitsAboveBilled
    if review.outcome is ReviewOutcome.UPHOLD:
        return []
    # The first line of each number, as for `billed_units`. A review may name thousands.
    lines: dict[int | None, ServiceLine] = {x.line_number: x for x in reversed(claim.lines)}
    newly = []
    for finding in seen.named:
        line = lines.get(finding.line_number)
        day, units = (line.service_date, line.units) if line else (claim.statement_from, None)
        newly.append(decided(review, finding, units, own_reason(policies, finding, day)))
    return newly


def _due(
    policies: Policies,
    record: ClaimRecord,
    reviewable: ReviewableClaim,
    claim: ClaimEvent,
    newly: list[EditFinding],
    review: ReviewEvent,
) -> Due:
    """The claim, ready to be decided with the newly decided findings.

    Its paid lines stay as they are, with what the review gives or takes.
    """
    lines = paid_after_review(record, with_decided(reviewable.findings, newly), newly)
    kept = {line.line_number for line in lines}
    record = record._replace(
        claim=claim,
        source=record.source or reviewable.source,
        encounter_keys=policies.encounter_keys(claim),
        lines=lines,
        reviewed=with_decided(record.reviewed, newly),
    )
    cause = Cause(review.review_id, review.event_time)
    kept_findings = tuple(f for f in reviewable.findings if f.line_number in kept)
    return Due(record, cause, policies.governing(claim), kept_findings)
