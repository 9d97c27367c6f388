"""The encounter stage: judges a claim together with the other claims of its encounters.

Only this stage numbers revisions. For each event it

1. deletes the member's claims that no event has named within the retention,
2. withdraws the claim that the event's claim replaces or voids, also when the event's claim was
   withdrawn before it arrived,
3. decides the claim; a replacement takes over the arrival of the claim it replaces,
4. judges the open claims that share an encounter with it again, and the decided ones with a
   denial or a cut-back that rests on the withdrawn claim, or with a denial that the new one may
   answer. A claim whose outcome changed gets its next revision.

A review decides findings of one claim; the claim and its neighbours are then judged as in step 4.
"""

from collections.abc import Sequence
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.digests import event_digest
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus, ReviewableClaim
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview
from stream_edits.domain.review import ReviewEvent
from stream_edits.stages.encounter.claim_and_neighbours import Adjudicated, decide
from stream_edits.stages.encounter.member import MemberSession
from stream_edits.stages.encounter.member_review import Reviewed, review_claim
from stream_edits.stages.encounter.neighbours import Due
from stream_edits.stages.encounter.routing_slip import hops_again
from stream_edits.stages.encounter.supervised_history import with_review, with_time
from stream_edits.stages.encounter.withdrawal import withdraw_named
from stream_edits.stages.shared.claim_record import Arrival, on_arrival
from stream_edits.stages.shared.decision_builder import Cause, DecisionBuilder, revised
from stream_edits.stages.shared.memory import MemberMemory
from stream_edits.stages.shared.refused_reviews import StaleReview
from stream_edits.stages.shared.retention import Retention
from stream_edits.stages.shared.reviews import named_of, reviewable_after, reviewable_so_far


class ClaimIdReused(Exception):
    """A claim id that another billing NPI has used for the same member: a fault of the source."""

    def __init__(self) -> None:
        super().__init__("the claim id is known from another billing NPI")


class EncounterStage(NamedTuple):
    """The encounter stage with its configuration; the state is an argument."""

    builder: DecisionBuilder
    retention: Retention

    def decide(
        self, memory: MemberMemory, message: RoutedClaim | Reopen | ReviewEvent, order: int
    ) -> Sequence[Adjudicated]:
        """Process one event of a member.

        ``order`` is its log offset. Returns decisions, and claims on the way to their supervisors,
        in the order of publication. Returns nothing for a re-sent event, and for a reopened claim
        that has a newer decision. Raises ClaimIdReused, ReviewRefused.
        """
        if isinstance(message, ReviewEvent):
            return self.review(memory, message, order).sent
        if isinstance(message, Reopen):
            return self._reopen(memory, message, order)
        claim = message.claim
        member = MemberSession(memory, claim.member_id, claim.event_time.date(), order)
        member.forget_before(self.retention.oldest_kept(claim.event_time))
        sent = self._arrive(member, message, order)
        member.keep()
        return sent

    def review(self, memory: MemberMemory, review: ReviewEvent, order: int) -> Reviewed:
        """Apply what a person decided on a claim. Raises ReviewRefused."""
        member = MemberSession(memory, review.member_id, review.event_time.date(), order)
        member.forget_before(self.retention.oldest_kept(review.event_time))
        done = review_claim(self.builder, member, review)
        member.keep()
        return done

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
        return self._decide(member, record, known)

    def _decide(
        self, member: MemberSession, record: ClaimRecord, known: ClaimRecord | None
    ) -> list[Adjudicated]:
        claim = record.open_claim
        own = Due(record, Cause(None, claim.event_time), self.builder.policies.governing(claim))
        named = withdraw_named(member, record, known, own.governing)
        if named.record is not record:
            own = own._replace(record=named.record)
        cause = Cause(claim.event_id, claim.event_time)
        return decide(self.builder, member, own, cause, named.withdrawn)

    def _reopen(self, memory: MemberMemory, message: Reopen, order: int) -> list[Adjudicated]:
        freed = message.freed
        record = memory.claim(freed.member_id, freed.draft.claim_id)
        if record is None or record.status is ClaimStatus.WITHDRAWN:
            record = None
        if record is None or record.decision_id != freed.draft.decision_id:
            return self._outdated(memory, message, record)
        before = memory.reviewable(freed.member_id, freed.draft.claim_id)
        before = before or reviewable_so_far(freed.draft.revision, freed.draft.decision_id)
        if freed.review is not None:
            named_of(freed.review, freed.review.seen_revision, before)
        cause = Cause(message.trigger_event_id, message.decided_at)
        draft = revised(freed.draft, record.decision_id, cause)
        memory.remember(
            freed.member_id,
            record._replace(revision=draft.revision, decision_id=draft.decision_id),
        )
        after = self._with_change(reviewable_after(before, draft), message, draft.revision)
        after = after._replace(claim=before.claim, source=before.source)
        memory.keep_reviewable(freed.member_id, draft.claim_id, after)
        return [hops_again(freed, draft, record)._replace(event_order=order)]

    def _with_change(
        self, before: ReviewableClaim, message: Reopen, revision: int
    ) -> ReviewableClaim:
        """The history with what supervisors did in that revision: reviewed findings, or time."""
        freed, policies = message.freed, self.builder.policies
        if freed.review is None:
            return with_time(before, policies, message.lines, revision)
        supervised = dict.fromkeys(time.line_number for time in freed.times)
        return with_review(before, policies, supervised, freed.review, revision)

    def _outdated(
        self, memory: MemberMemory, message: Reopen, record: ClaimRecord | None
    ) -> list[Adjudicated]:
        """A reopened claim that has a newer decision: its review, for the supervisors once more.

        They answered before they knew that decision, as with two reviews in a row. ``record`` is
        None if the claim was withdrawn. Raises StaleReview if its content has changed since, or a
        finding that the review names.
        """
        freed, review = message.freed, message.freed.review
        known = record and memory.reviewable(freed.member_id, freed.draft.claim_id)
        if not record or not known or event_digest(freed.draft.decision_id) not in known.decisions:
            if review is None:
                return []
            raise StaleReview("the claim has a newer decision")
        if review is None:
            # The time was free before the next decision came to the supervisor.
            after = self._with_change(known, message, freed.draft.revision + 1)
            memory.keep_reviewable(freed.member_id, record.claim_id, after)
            return []
        named_of(review, review.seen_revision, known)
        return [
            RoutedReview(
                member_id=freed.member_id,
                claim_id=record.claim_id,
                decision_id=freed.draft.decision_id,
                hops=record.supervisors,
                review=review,
                event_time=message.decided_at,
                is_newest=False,
            )
        ]


def _is_another_provider(known: ClaimRecord, claim: ClaimEvent) -> bool:
    """Whether a known claim id comes from another billing NPI, and not as its own replacement."""
    if not known.billing_npi or known.billing_npi == claim.billing_provider_npi:
        return False
    return claim.is_void or claim.withdraws != claim.claim_id
