"""The encounter stage: judges a claim together with the other claims of its encounters.

Only this stage numbers revisions. For each event it

1. deletes the member's claims that no event has named within the retention,
2. withdraws the claim that the event's claim replaces or voids,
3. decides the claim; a replacement takes over the arrival of the claim it replaces,
4. judges the open claims that share an encounter with it again. A claim whose outcome changed gets
   its next revision.
"""

from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Draft, EditFinding
from stream_edits.domain.digests import event_digest
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus
from stream_edits.domain.messages import Reopen, RoutedClaim, SupervisedClaim
from stream_edits.policies.evaluation import judge_form
from stream_edits.stages.claim_record import on_arrival, on_decision, outcome_digest, withdrawn
from stream_edits.stages.decision_builder import Cause, DecisionBuilder, revised
from stream_edits.stages.joint_decision import Due, decide_together
from stream_edits.stages.listing import listing_keys, takes_part
from stream_edits.stages.member import MemberSession
from stream_edits.stages.memory import MemberMemory
from stream_edits.stages.retention import Retention
from stream_edits.stages.routing_slip import next_hop, supervised_times

Adjudicated = ClaimDecision | SupervisedClaim


class EncounterStage(NamedTuple):
    """The encounter stage with its configuration; the state is an argument."""

    builder: DecisionBuilder
    retention: Retention

    def decide(
        self, memory: MemberMemory, message: RoutedClaim | Reopen, order: int
    ) -> list[Adjudicated]:
        """Process one event of a member.

        ``order`` is its log offset. Returns decisions, and claims on the way to their supervisors,
        in the order of publication. Returns nothing for a re-sent event, and for a reopened claim
        that has a newer decision.
        """
        if isinstance(message, Reopen):
            return self._reopen(memory, message)
        claim = message.claim
        member = MemberSession(memory, claim.member_id, claim.event_time.date())
        member.forget_before(self.retention.oldest_kept(claim.event_time))
        sent = self._arrive(member, message, order)
        member.keep()
        return sent

    def _arrive(self, member: MemberSession, message: RoutedClaim, order: int) -> list[Adjudicated]:
        claim = message.claim
        known = member.claim(claim.claim_id)
        member.name(claim.claim_id)
        event = event_digest(claim.event_id)
        if known and (
            event in known.event_digests or message.content_digest == known.content_digest
        ):
            return []
        record = on_arrival(known, message, event, order)
        if record.status is ClaimStatus.WITHDRAWN:
            return [self._without_effect(member, record)]
        return self._decide(member, record, is_new=known is None)

    def _without_effect(self, member: MemberSession, record: ClaimRecord) -> Adjudicated:
        """Decide a claim that was replaced or voided before it arrived."""
        claim = record.open_claim
        policies = self.builder.policies
        governing = policies.governing(claim)
        answering = governing or policies.answering_for(claim)
        notices = [policy.already_replaced(claim) for policy in answering]
        draft = self.builder.build(record, notices, Cause(None, claim.event_time), governing)
        record = record._replace(revision=draft.revision, decision_id=draft.decision_id)
        member.remember(withdrawn(record))
        return next_hop(claim.member_id, draft, (), record.supervisors)

    def _decide(
        self, member: MemberSession, record: ClaimRecord, is_new: bool
    ) -> list[Adjudicated]:
        claim = record.open_claim
        keys = member.unlist(claim.claim_id)
        replaced = _withdraw_named(member, claim, record.arrival)
        if replaced is not None:
            record = _in_place_of(replaced, record, is_new)
            keys += member.unlist(replaced.claim_id)
        governing = self.builder.policies.governing
        own = Due(record, Cause(None, claim.event_time), governing(claim))
        is_judged = bool(own.governing) and not claim.is_void
        own_keys = listing_keys(claim, record.encounter_keys) if is_judged else ()
        around = member.gather([*keys, *own_keys])
        member.list_under(claim.claim_id, own_keys)
        cause = Cause(claim.event_id, claim.event_time)
        others = [Due(other, cause, governing(other.open_claim)) for other in around.open]
        drafts = decide_together(
            self.builder, [own, *others] if is_judged else others, around.decided
        )
        draft = drafts.get(claim.claim_id) or self._unjudged(own)
        sent = [self._send(member, own, draft, replaced.claim_id if replaced else None)]
        for other in others:
            draft = drafts[other.record.claim_id]
            if outcome_digest(draft) != other.record.outcome_digest:
                sent.append(self._send(member, other, draft, None))
        return sent

    def _unjudged(self, own: Due) -> Draft:
        """The draft of a void, or of a replacement that no policy governs."""
        claim = own.record.open_claim
        found: list[EditFinding] = []
        for policy in own.governing:
            found += judge_form(claim, policy)
        return self.builder.build(own.record, found, own.cause, own.governing)

    def _send(
        self,
        member: MemberSession,
        due: Due,
        draft: Draft,
        withdrawn_claim_id: str | None,
    ) -> Adjudicated:
        """Store a claim with its new decision, and return its next message."""
        record, claim = due.record, due.record.open_claim
        times = supervised_times(claim, draft, due.governing)
        sent = next_hop(claim.member_id, draft, times, record.supervisors, withdrawn_claim_id)
        record = on_decision(record, draft, self.builder.policies)
        if isinstance(sent, SupervisedClaim) and sent.hops != record.supervisors:
            record = record._replace(supervisors=sent.hops)
        member.remember(record)
        if not takes_part(record):
            member.unlist(claim.claim_id)
        return sent

    def _reopen(self, memory: MemberMemory, message: Reopen) -> list[Adjudicated]:
        freed = message.freed
        record = memory.claim(freed.member_id, freed.draft.claim_id)
        if (
            record is None
            or record.status is ClaimStatus.WITHDRAWN
            or record.decision_id != freed.draft.decision_id
        ):
            return []
        cause = Cause(message.trigger_event_id, message.decided_at)
        draft = revised(freed.draft, record.decision_id, cause)
        memory.remember(
            freed.member_id,
            record._replace(revision=draft.revision, decision_id=draft.decision_id),
        )
        return [next_hop(freed.member_id, draft, freed.times, record.supervisors)]


def _in_place_of(replaced: ClaimRecord, record: ClaimRecord, is_new: bool) -> ClaimRecord:
    """The record of a claim, with the arrival and supervisors of the claim it withdrew."""
    return record._replace(
        arrival=replaced.arrival if is_new else record.arrival,
        supervisors=tuple(sorted({*record.supervisors, *replaced.supervisors})),
    )


def _withdraw_named(member: MemberSession, claim: ClaimEvent, order: int) -> ClaimRecord | None:
    """Withdraw the claim that this one replaces or voids, and return its record from before.

    An unknown claim is stored as withdrawn, so that it has no effect if it arrives later.
    """
    name = claim.withdraws
    if name is None or name == claim.claim_id:
        return None
    record = member.claim(name)
    member.name(name)
    if record is None:
        member.remember(ClaimRecord(name, ClaimStatus.WITHDRAWN, order))
        return None
    if record.status is ClaimStatus.WITHDRAWN:
        return None
    member.remember(withdrawn(record))
    return record
