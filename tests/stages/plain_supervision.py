"""What a supervisor's state was before days had pages: each day one tuple, searched whole.

It is the oracle of test_supervised_pages.py: slow, and plain to read.
"""

from collections.abc import Iterable

from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.domain.messages import Reopen, RoutedReview, SupervisedClaim
from stream_edits.domain.supervisor_state import SupervisedSlot
from stream_edits.policies.shared.clock import overlap
from tests.stages.plain_claims import PlainClaims, of_claim
from tests.stages.plain_reviews import named_by
from tests.stages.plain_supervisors import days_in


def _overlap(a: SupervisedSlot, b: SupervisedSlot) -> bool:
    """Whether two half-open intervals overlap. Touching ends do not."""
    return overlap(a.start_time, a.end_time, b.start_time, b.end_time)


def _same_line(a: SupervisedSlot, b: SupervisedSlot) -> bool:
    return (a.member_id, a.claim_id, a.line_number) == (b.member_id, b.claim_id, b.line_number)


class PlainSession(PlainClaims):
    """One supervisor's state while one message is processed."""

    def competing_with(self, slot: SupervisedSlot) -> list[SupervisedSlot]:
        """The slots of other members that occupy time and overlap a slot, in order of arrival.

        Those that a review granted beside this claim, or one that it replaced, do not count.
        """
        kept = (self._kept, self.npi) if self.is_monitored else (self.npi,)
        against = {
            other
            for day in days_in(slot)
            for name in kept
            for other in self._memory.day(name, day)
            if other.occupies_time and other.member_id != slot.member_id and _overlap(other, slot)
            if not self._granted_beside(other) & self._in_place_of(slot)
        }
        return sorted(against, key=lambda s: (s.arrival, s.claim_id, s.line_number))

    def _in_place_of(self, slot: SupervisedSlot) -> set[str]:
        """The claim of a slot, and those that it replaced: they have the same arrival."""
        return {slot.claim_id} | {
            claim_id
            for (name, member_id, claim_id), record in self._memory.claims.items()
            if (name, member_id, record.arrival) == (self._kept, slot.member_id, slot.arrival)
        }

    def _granted_beside(self, slot: SupervisedSlot) -> set[str]:
        record = self._memory.claim(self._kept, slot.member_id, slot.claim_id)
        granted = [
            x.finding
            for x in (record.refused if record else ())
            if x.finding.review_id and x.finding.disposition is Disposition.PASS
        ]
        own = [x for x in granted if x.line_number == slot.line_number]
        return {claim_id for x in own for claim_id in x.related_claim_ids}

    def give_back(self, freed: Iterable[SupervisedSlot], cause: SupervisedClaim) -> list[Reopen]:
        """Give freed time to the lines that were denied for it, in order of arrival.

        These lines occupy the time at once, so that no other claim takes it before their next
        revision. Returns a message for each reopened claim.
        """
        denied = {
            slot
            for gap in freed
            for day in days_in(gap)
            for slot in self._memory.day(self._kept, day)
            if not slot.occupies_time and _overlap(slot, gap)
        }
        reopened: dict[tuple[str, str], Reopen] = {}
        for slot in sorted(denied, key=lambda s: (s.arrival, s.claim_id, s.line_number)):
            if slot.claim_id == cause.draft.claim_id and slot.member_id == cause.member_id:
                continue
            if self._is_reviewed(slot):
                continue
            if not self.competing_with(slot):
                self._occupy(slot)
                key = (slot.member_id, slot.claim_id)
                before = reopened.get(key) or self._reopen(key, cause)
                lines = dict.fromkeys((*before.lines, slot.line_number))
                reopened[key] = before._replace(lines=tuple(lines))
        for member_id, claim_id in reopened:
            self._forget_if_none_is_denied(member_id, claim_id)
        return list(reopened.values())

    def reviewed(self, routed: RoutedReview) -> tuple[Reopen, tuple[EditFinding, ...]] | None:
        """The reviewed claim as it comes back, and the findings that the review names; None
        without such a finding here. Raises StaleReview, UnitsAboveBilled.
        """
        record = self._memory.claim(self._kept, routed.member_id, routed.claim_id)
        named = named_by(routed.review, record) if record else ()
        if record is None or record.denied_claim is None or not named:
            return None
        freed = record.denied_claim._replace(review=routed.review)
        return Reopen(freed, routed.review.review_id, routed.event_time), named

    def _is_reviewed(self, slot: SupervisedSlot) -> bool:
        """Whether a person has decided the overlap of a line: it does not wait for time."""
        record = self._memory.claim(self._kept, slot.member_id, slot.claim_id)
        return record is not None and any(
            each.finding.line_number == slot.line_number and each.finding.review_id is not None
            for each in record.refused
        )

    def _occupy(self, slot: SupervisedSlot) -> None:
        for day in days_in(slot):
            slots = self._memory.day(self._kept, day)
            occupied = tuple(
                s._replace(occupies_time=True) if _same_line(s, slot) else s for s in slots
            )
            self._memory.keep_day(self._kept, day, occupied)

    def _reopen(self, key: tuple[str, str], cause: SupervisedClaim) -> Reopen:
        record = self._memory.claim(self._kept, *key)
        if record is None or record.denied_claim is None:
            raise LookupError("a claim denied for overlap was kept without its content")
        draft = cause.draft
        trigger = draft.trigger_event_id or draft.event_id
        return Reopen(record.denied_claim, trigger, draft.decided_at)

    def _forget_if_none_is_denied(self, member_id: str, claim_id: str) -> None:
        record = self._memory.claim(self._kept, member_id, claim_id)
        if record is None:
            return
        own = (
            slot
            for day in record.dates
            for slot in of_claim(member_id, claim_id, self._memory.day(self._kept, day))
        )
        if all(slot.occupies_time for slot in own):
            left = tuple(each for each in record.refused if each.finding.review_id)
            after = record._replace(refused=left)
            if not left:
                after = record._replace(denied_claim=None, refused=(), event_id="")
            self._memory.keep_claim(self._kept, member_id, claim_id, after)
