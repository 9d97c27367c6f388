"""The encounter stage: judges a claim together with the other claims of its encounters.

Only this stage numbers revisions. For each event it

1. deletes the member's claims that no event has named within the retention,
2. withdraws the claim that the event's claim replaces or voids,
3. decides the claim; a replacement takes over the arrival of the claim it replaces,
4. judges the open claims that share an encounter with it again, and the decided ones whose denial
   rests on the withdrawn claim or may be answered by the new one. A claim whose outcome changed
   gets its next revision.
"""

from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Draft, EditFinding
from stream_edits.domain.digests import event_digest
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus
from stream_edits.domain.messages import Reopen, RoutedClaim, SupervisedClaim
from stream_edits.policies.evaluation import has_header_fault, judge_form
from stream_edits.stages.claim_record import (
    Arrival,
    on_arrival,
    on_decision,
    outcome_digest,
    withdrawn,
)
from stream_edits.stages.decision_builder import Cause, DecisionBuilder, replacement_note, revised
from stream_edits.stages.joint_decision import Due, neighbours, reconsider
from stream_edits.stages.listing import listing_keys, takes_part
from stream_edits.stages.member import MemberSession
from stream_edits.stages.memory import MemberMemory
from stream_edits.stages.retention import Retention
from stream_edits.stages.routing_slip import next_hop, supervised_times
from stream_edits.stages.withdrawal import Withdrawal, withdraw_named

Adjudicated = ClaimDecision | SupervisedClaim


class ClaimIdReused(Exception):
    """A claim id that another billing NPI has used for the same member: a fault of the source."""

    def __init__(self) -> None:
        super().__init__("the claim id is known from another billing NPI")


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
        that has a newer decision. Raises ClaimIdReused.
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
        event = event_digest(claim.event_id)
        is_resent = known is not None and (
            event in known.event_digests or message.content_digest == known.content_digest
        )
        if known and not is_resent and _is_another_provider(known, claim):
            raise ClaimIdReused
        member.name(claim.claim_id)
        if is_resent:
            return []
        keys = self.builder.policies.encounter_keys(claim)
        record = on_arrival(known, message, Arrival(order, event, keys))
        if record.status is ClaimStatus.WITHDRAWN:
            return [self._without_effect(member, record)]
        return self._decide(member, record, known)

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
        self, member: MemberSession, record: ClaimRecord, known: ClaimRecord | None
    ) -> list[Adjudicated]:
        claim = record.open_claim
        keys = member.unlist(claim.claim_id)
        own = Due(record, Cause(None, claim.event_time), self.builder.policies.governing(claim))
        named = self._withdraw_named(member, own, known)
        if named.record is not record:
            own = own._replace(record=named.record)
        withdrawn_ids = {claim.claim_id}
        if named.withdrawn is not None:
            withdrawn_ids.add(named.withdrawn.claim_id)
            keys += member.unlist(named.withdrawn.claim_id)
        is_judged = bool(own.governing) and not claim.is_void
        own_keys = listing_keys(claim) if is_judged else ()
        around = member.gather([*keys, *own_keys])
        member.list_under(claim.claim_id, own_keys)
        others = neighbours(around, withdrawn_ids, claim, self.builder.policies)
        drafts = reconsider(self.builder, [own] if is_judged else [], others)
        draft = drafts.get(claim.claim_id) or self._unjudged(own)
        sent = [self._send(member, own, draft, named.withdrawn)]
        for other in others.by_arrival():
            changed = drafts.get(other.record.claim_id)
            if changed and outcome_digest(changed) != other.record.outcome_digest:
                sent.append(self._send(member, other, changed))
        return sent

    def _withdraw_named(
        self, member: MemberSession, own: Due, known: ClaimRecord | None
    ) -> Withdrawal:
        """Withdraw the claim that this one replaces or voids, unless it has a header fault."""
        claim = own.record.open_claim
        if claim.withdraws is not None:
            for policy in own.governing:
                if has_header_fault(judge_form(claim, policy)):
                    return Withdrawal(own.record, None)
        return withdraw_named(member, own.record, known)

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
        replaced: ClaimRecord | None = None,
    ) -> Adjudicated:
        """Store a claim with its new decision, and return its next message.

        ``replaced`` is the claim that it withdrew in this event.
        """
        record, claim = due.record, due.record.open_claim
        times = supervised_times(claim, draft, due.governing)
        replaced_id = replaced.claim_id if replaced else None
        if replaced_id is not None:
            draft = draft._replace(withdrawn_claim_id=replaced_id)
        note = replacement_note(record)
        sent = next_hop(claim.member_id, draft, times, record.supervisors, replaced_id, note)
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
        return [next_hop(freed.member_id, draft, freed.times, record.supervisors, note=freed.note)]


def _is_another_provider(known: ClaimRecord, claim: ClaimEvent) -> bool:
    """Whether a known claim id comes from another billing NPI, and not as its own replacement."""
    if not known.billing_npi or known.billing_npi == claim.billing_provider_npi:
        return False
    return claim.is_void or claim.withdraws != claim.claim_id
