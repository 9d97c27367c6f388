"""Decides a claim together with its neighbours, and stores and sends each one that changed."""

from collections.abc import Sequence

from stream_edits.domain.decision import ClaimDecision, Draft, EditFinding
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus
from stream_edits.domain.messages import RoutedReview, SupervisedClaim, SupervisedReview
from stream_edits.policies.judging.form import judge_form
from stream_edits.stages.encounter.granted_lines import with_granted
from stream_edits.stages.encounter.joint_decision import reconsider
from stream_edits.stages.encounter.listing import listing_keys, takes_part
from stream_edits.stages.encounter.member import MemberSession
from stream_edits.stages.encounter.neighbours import Due, neighbours
from stream_edits.stages.encounter.routing_slip import (
    NOT_MONITORED,
    Monitored,
    monitored_of,
    next_hop,
    supervised_times,
)
from stream_edits.stages.shared.claim_record import on_decision, outcome_digest
from stream_edits.stages.shared.claim_record import withdrawn as withdrawn_record
from stream_edits.stages.shared.decision_builder import Cause, DecisionBuilder, replacement_note
from stream_edits.stages.shared.reviews import reviewable_after, takes_away

Adjudicated = ClaimDecision | SupervisedClaim | RoutedReview


def decide(
    builder: DecisionBuilder,
    member: MemberSession,
    own: Due,
    cause: Cause,
    withdrawn: ClaimRecord | None = None,
    review: SupervisedReview | None = None,
) -> list[Adjudicated]:
    """Decide a claim and the claims around it. Returns its message first, then those that changed.

    ``cause`` is the event as the other claims name it. ``withdrawn`` is the claim that ``own``
    replaces or voids in this event. ``review`` goes on to the supervisors of the claim.

    A claim that was withdrawn before it arrived gets its notice, and leaves nothing behind.
    """
    claim = own.record.open_claim
    keys = member.unlist(claim.claim_id)
    if withdrawn is not None:
        keys += member.unlist(withdrawn.claim_id)
    has_effect = own.record.status is not ClaimStatus.WITHDRAWN
    is_judged = has_effect and bool(own.governing) and not claim.is_void
    own_keys = listing_keys(claim) if is_judged else ()
    around = member.gather([*keys, *own_keys])
    member.list_under(claim.claim_id, own_keys)
    others = neighbours(member, around, _changed(own, withdrawn), cause, builder.policies)
    due: Sequence[Due] = [own] if is_judged else []
    if around:
        due, others = with_granted(member, due, others, builder.policies)
    drafts = reconsider(builder, due, others, member.findings)
    if has_effect:
        draft = drafts.get(claim.claim_id) or _unjudged(builder, own)
        sent = [_send(builder, member, own, draft, withdrawn, review)]
    else:
        sent = [_send_notice(builder, member, own, withdrawn)]
    for other in others.by_arrival() if around else ():
        changed = drafts.get(other.record.claim_id)
        if changed and outcome_digest(changed) != other.record.outcome_digest:
            sent.append(_send(builder, member, other, changed))
    return sent


def _changed(own: Due, withdrawn: ClaimRecord | None) -> set[str]:
    """The claims whose content is gone or new.

    A review changes no content, so denials that rest on its claim stay as they are.
    """
    changed = {own.record.claim_id} if own.cause.trigger_event_id is None else set()
    return changed if withdrawn is None else {*changed, withdrawn.claim_id}


def draft_of_open(builder: DecisionBuilder, member: MemberSession, own: Due) -> Draft:
    """The draft of an open claim as it would be decided now. Nothing is stored."""
    claim = own.record.open_claim
    around = [x for x in member.gather(listing_keys(claim)) if x.claim_id != claim.claim_id]
    others = neighbours(member, around, set(), own.cause, builder.policies)
    due, others = with_granted(member, [own], others, builder.policies)
    return reconsider(builder, due, others, member.findings)[claim.claim_id]


def _unjudged(builder: DecisionBuilder, own: Due) -> Draft:
    """The draft of a void, or of a replacement that no policy governs."""
    found: list[EditFinding] = []
    monitored: list[EditFinding] = []
    for policy in own.governing:
        found += judge_form(own.record, policy, monitored)
    return builder.build(own.record, found, own.cause, own.governing, tuple(monitored))


def _send(
    builder: DecisionBuilder,
    member: MemberSession,
    due: Due,
    draft: Draft,
    replaced: ClaimRecord | None = None,
    review: SupervisedReview | None = None,
) -> Adjudicated:
    """Store a claim with its new decision, and return its next message.

    ``replaced`` is the claim that it withdrew in this event.
    """
    record, claim = due.record, due.record.open_claim
    if replaced is not None:
        draft = draft._replace(withdrawn_claim_id=replaced.claim_id)
    monitored = NOT_MONITORED
    if builder.policies.have_modes or record.monitored_by:
        monitored = monitored_of(claim, draft, due.governing, record.monitored_by)
        record = record._replace(monitored_by=monitored.hops)
    sent = next_hop(
        claim,
        draft,
        supervised_times(claim, draft, due.governing),
        record.supervisors,
        event_order=member.order,
        withdrawn_revision=replaced.revision if replaced else 0,
        note=replacement_note(record),
        review=review,
        monitored=monitored,
    )
    supervisors = sent.hops if isinstance(sent, SupervisedClaim) else record.supervisors
    after = on_decision(record, draft, builder.policies, supervisors)
    member.remember(after)
    if after.reviewed or any(map(takes_away, draft.findings)):
        _keep_for_review(member, due.record, after, draft)
    elif draft.revision > 1:
        _keep_history(member, draft)
    if not takes_part(after):
        member.unlist(claim.claim_id)
    return sent


def _keep_history(member: MemberSession, draft: Draft) -> None:
    """Store which findings a claim without any had, so that a review of one is known as stale."""
    is_first = draft.trigger_event_id is None
    before = None if is_first else member.reviewable(draft.claim_id)
    after = None if before is None else reviewable_after(before, draft)
    member.keep_reviewable(draft.claim_id, after)


def _send_notice(
    builder: DecisionBuilder, member: MemberSession, own: Due, also_withdrawn: ClaimRecord | None
) -> Adjudicated:
    """Store a claim that was withdrawn before it arrived, and return its next message."""
    record, claim = own.record, own.record.open_claim
    answering = own.governing or builder.policies.answering_for(claim)
    notices = [policy.already_replaced(claim) for policy in answering]
    draft = builder.build(record, notices, own.cause, own.governing)
    if also_withdrawn is not None:
        draft = draft._replace(withdrawn_claim_id=also_withdrawn.claim_id)
    record = record._replace(revision=draft.revision, decision_id=draft.decision_id)
    member.remember(withdrawn_record(record))
    return next_hop(
        claim,
        draft,
        (),
        record.supervisors,
        event_order=member.order,
        withdrawn_revision=also_withdrawn.revision if also_withdrawn else 0,
        monitored=Monitored(hops=record.monitored_by),
    )


def _keep_for_review(
    member: MemberSession, due: ClaimRecord, after: ClaimRecord, draft: Draft
) -> None:
    """Store what a review of this decision will need: its findings, and the claim itself."""
    is_first = draft.trigger_event_id is None
    before = None if is_first else member.reviewable(after.claim_id)
    reviewable = reviewable_after(before, draft)
    if after.claim is None:
        reviewable = reviewable._replace(claim=due.claim, source=due.source)
    member.keep_reviewable(after.claim_id, reviewable)
