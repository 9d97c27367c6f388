"""encounter: everything that looks at one claim, or at the claims of one visit.

The only stage that numbers revisions. In one event: the claim it withdraws is taken out, the claim
itself is decided at the arrival place of the one it replaces, and the claims that waited are
decided afresh; one whose outcome changed gets its next revision. Before all this, the member's
claims that no event has named for longer than the retention are forgotten.
"""

from collections.abc import Callable
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.digests import event_digest
from stream_edits.domain.encounter import encounter_keys
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus
from stream_edits.domain.messages import Reopen, RoutedClaim, SupervisedClaim
from stream_edits.policies.evaluation import OpenClaim, judge_form
from stream_edits.policies.khs_6_21_p.already_replaced.edit import say as say_already_replaced
from stream_edits.stages.claim_record import on_arrival, on_decision, outcome_digest, withdrawn
from stream_edits.stages.decision_builder import Cause, DecisionBuilder, revised
from stream_edits.stages.joint_decision import Candidate, decide_together, kept_source
from stream_edits.stages.member import Member
from stream_edits.stages.memory import MemberMemory
from stream_edits.stages.retention import Retention
from stream_edits.stages.routing_slip import next_hop, supervised_times
from stream_edits.stages.visits import takes_part, visits_of

Adjudicated = ClaimDecision | SupervisedClaim


class EncounterStage(NamedTuple):
    """The stage's unchanging parts; ``decode`` reads the kept bytes of a claim that waits."""

    builder: DecisionBuilder
    retention: Retention
    decode: Callable[[bytes], ClaimEvent]

    def step(
        self, memory: MemberMemory, message: RoutedClaim | Reopen, order: int
    ) -> list[Adjudicated]:
        """Decide one event of a member.

        ``order`` is its place in the log (its offset). Returns decisions, and claims to be sent
        round their supervisors, in the order of publication; nothing for a re-sent event or for a
        reopening that the claim has moved on from.
        """
        if isinstance(message, Reopen):
            return self._reopen(memory, message)
        claim = message.claim
        member = Member(memory, claim.member_id, claim.event_time.date())
        member.forget_before(self.retention.oldest_kept(claim.event_time))
        sent = self._take(member, message, order)
        member.keep()
        return sent

    def _take(self, member: Member, message: RoutedClaim, order: int) -> list[Adjudicated]:
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
            return [self._without_effect(member, message, record)]
        return self._decide(member, message, record, is_new=known is None)

    def _without_effect(
        self, member: Member, message: RoutedClaim, record: ClaimRecord
    ) -> Adjudicated:
        """A claim that was replaced or voided already."""
        claim = message.claim
        draft = self.builder.build(
            claim,
            message.source,
            self.builder.applies_to(claim),
            [say_already_replaced(self.builder.policy.on(claim.first_day))],
            Cause(None, claim.event_time),
            record.revision + 1,
            record.decision_id,
        )
        record = record._replace(revision=draft.revision, decision_id=draft.decision_id)
        member.remember(withdrawn(record))
        return next_hop(claim.member_id, draft, (), record.visited)

    def _decide(
        self, member: Member, message: RoutedClaim, record: ClaimRecord, is_new: bool
    ) -> list[Adjudicated]:
        claim = message.claim
        visits = member.unlist(claim.claim_id)
        gone = _withdraw_named(member, claim, record.arrival)
        if gone is not None:
            arrival = gone.arrival if is_new else record.arrival
            visited = tuple(sorted({*record.visited, *gone.visited}))
            record = record._replace(arrival=arrival, visited=visited)
            visits += member.unlist(gone.claim_id)
        own = OpenClaim(claim, record.arrival, encounter_keys(claim))
        first = Candidate(own, record, Cause(None, claim.event_time))
        is_judged = self.builder.applies_to(claim) and not claim.is_void
        own_visits = visits_of(claim, own.encounter_keys) if is_judged else ()
        around = member.gather([*visits, *own_visits], self.decode)
        member.list_under(claim.claim_id, own_visits)
        waiting = [
            Candidate(w.claim, w.record, Cause(claim.event_id, claim.event_time))
            for w in around.waiting
        ]
        drafts = decide_together(
            self.builder, [first, *waiting] if is_judged else waiting, around.decided
        )
        draft = drafts.get(claim.claim_id) or self._bystander(first)
        sent = [self._send(member, first, draft, gone.claim_id if gone else None)]
        for each in waiting:
            draft = drafts[each.own.claim.claim_id]
            if outcome_digest(draft) != each.record.outcome_digest:
                sent.append(self._send(member, each, draft, None))
        return sent

    def _bystander(self, each: Candidate) -> ClaimDecision:
        """The decision on a void, or on a replacement that the policy does not govern."""
        claim, record = each.own.claim, each.record
        applicable = self.builder.applies_to(claim)
        return self.builder.build(
            claim,
            kept_source(record),
            applicable,
            judge_form(claim, self.builder.policy.on) if applicable else (),
            each.cause,
            record.revision + 1,
            record.decision_id,
        )

    def _send(
        self,
        member: Member,
        each: Candidate,
        draft: ClaimDecision,
        withdrawn_claim_id: str | None,
    ) -> Adjudicated:
        """Remember a claim under its new decision, and send it on."""
        claim, policy = each.own.claim, self.builder.policy
        times = supervised_times(claim, draft, policy)
        sent = next_hop(claim.member_id, draft, times, each.record.visited, withdrawn_claim_id)
        record = on_decision(each.record, each.own, draft, policy)
        if isinstance(sent, SupervisedClaim) and sent.stops != record.visited:
            record = record._replace(visited=sent.stops)
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
        return [next_hop(freed.member_id, draft, freed.times, record.visited)]


def _withdraw_named(member: Member, claim: ClaimEvent, order: int) -> ClaimRecord | None:
    """Take out the claim that this one replaces or voids; returns its record as it stood.

    A name never heard of is remembered, so that the claim has no effect should it still come.
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
