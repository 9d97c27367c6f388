"""One supervisor's time: slots, withdrawals, and time given back."""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from stream_edits.domain.decision import EditFinding
from stream_edits.domain.messages import Reopen, RoutedReview, SupervisedClaim
from stream_edits.domain.supervisor_state import (
    RefusedLine,
    SupervisedSlot,
    SupervisorRecord,
    empty_slot,
)
from stream_edits.stages.shared.memory import SupervisorMemory
from stream_edits.stages.supervision.denied_claim import DeniedClaim
from stream_edits.stages.supervision.quarters import days_in
from stream_edits.stages.supervision.reviewed_times import beside, findings_named, granted_lines
from stream_edits.stages.supervision.supervised_day import overlaps
from stream_edits.stages.supervision.supervisor_days import SupervisorDays, by_arrival

# How many slots are tried before a search.
_TRIED_FIRST = 8
# Prefix of monitored state; no NPI starts with it.
_MONITORED = "monitored\x1f"


class Withdrawn(NamedTuple):
    """What a claim had in a supervisor's state before its present message.

    ``freed`` are its slots, and those of the claim that it withdraws, that occupied time.
    ``arrival`` is that of its first message here, or of the claim that it replaces. ``refused`` are
    the findings on the same content of the claim, and ``own`` its slots if there are any. An
    outdated message is older than one that came before.
    """

    freed: list[SupervisedSlot]
    arrival: int
    refused: tuple[RefusedLine, ...]
    own: list[SupervisedSlot]
    is_outdated: bool = False


class SupervisorSession:
    """One supervisor's state while one message is processed. ``today`` is its UTC date.

    The slots of lines that are only monitored have a state of their own, which such lines alone
    are judged against.
    """

    def __init__(
        self, memory: SupervisorMemory, npi: str, today: date, *, is_monitored: bool = False
    ) -> None:
        self.npi = npi
        self.is_monitored = is_monitored
        # The name that its state is kept under.
        self._kept = f"{_MONITORED}{npi}" if is_monitored else npi
        self._memory = memory
        self._today = today
        names = (self._kept, npi) if is_monitored else (npi,)
        self._days = SupervisorDays(memory, self._kept, names, today)
        # What reviews let stand, of the claims met in this message.
        self._granted_of: dict[tuple[str, str], set[tuple[int | None, str]]] = {}

    def forget_before(self, oldest: date) -> None:
        """Delete every quarter in which no event has added a slot since that date."""
        self._days.forget_before(oldest)

    def withdraw(self, message: SupervisedClaim, order: int) -> Withdrawn:
        """Remove the slots of the claim and of the claim it withdraws.

        Those of the claim itself stay if the message is older than one that came before.
        """
        member_id, draft = message.member_id, message.draft
        record = self._memory.claim(self._kept, member_id, draft.claim_id)
        is_outdated = message.is_outdated
        own: list[SupervisedSlot] = []
        refused: tuple[RefusedLine, ...] = ()
        refused_slots, arrival = list[SupervisedSlot](), order
        if record is not None:
            is_outdated |= record.is_newer_than(draft.revision, message.event_order)
            if not is_outdated:
                own = self._removed(member_id, draft.claim_id, record)
                arrival = min(order, record.arrival)
                if record.event_id == draft.event_id:
                    refused, refused_slots = record.refused, own
        freed = {slot: None for slot in own if slot.occupies_time}
        if message.withdrawn_claim_id:
            other, arrival = self._withdraw_named(message, message.withdrawn_claim_id, arrival)
            freed |= {slot: None for slot in other if slot.occupies_time}
        return Withdrawn(list(freed), arrival, refused, refused_slots, is_outdated)

    def _removed(
        self, member_id: str, claim_id: str, record: SupervisorRecord
    ) -> list[SupervisedSlot]:
        """Remove all that is kept of a claim, and return its slots."""
        self._memory.keep_claim(self._kept, member_id, claim_id, None)
        return self._days.remove(member_id, claim_id, record)

    def _withdraw_named(
        self, message: SupervisedClaim, claim_id: str, arrival: int
    ) -> tuple[list[SupervisedSlot], int]:
        """Remove the slots of the claim that another one withdraws, and remember that it did.

        ``arrival`` is that of the other one. Returns the slots, and the earlier arrival of both.
        """
        member_id, revision = message.member_id, message.withdrawn_revision
        known = self._memory.claim(self._kept, member_id, claim_id)
        record = known or SupervisorRecord((), arrival, None)
        arrival = min(arrival, record.arrival)
        if record.is_newer_than(revision, message.event_order):
            return [], arrival
        removed = self._removed(member_id, claim_id, record)
        if message.times:
            self._inherit(message, removed)
        left = empty_slot(member_id, claim_id, arrival, self._today)
        dates, starts = self._days.add([left])
        after = SupervisorRecord(
            dates,
            arrival,
            denied_claim=None,
            starts=starts,
            revision=max(record.revision, revision) + 1,
            event_order=max(record.event_order, message.event_order),
        )
        self._memory.keep_claim(self._kept, member_id, claim_id, after)
        return removed, arrival

    def competing_with(self, slot: SupervisedSlot) -> list[SupervisedSlot]:
        """The slots of other members that occupy time and overlap a slot, in order of arrival.

        A slot that a review let stand beside this claim, or one that it replaced, does not count.
        """
        competing = self._days.competing_with(slot)
        claims = dict.fromkeys([(each.member_id, each.claim_id) for each in competing])
        if not any(self._granted(*claim) for claim in claims):
            # The usual case.
            return competing
        return [each for each in competing if not self._stands_beside(each, slot)]

    def _stands_beside(self, granted: SupervisedSlot, slot: SupervisedSlot) -> bool:
        """Whether a review lets a slot overlap another, or that of a claim whose place that has."""
        beside = self._granted_beside(granted)
        known = (self._memory.claim(self._kept, slot.member_id, each) for each in beside)
        return slot.claim_id in beside or any(x and x.arrival == slot.arrival for x in known)

    def _granted_beside(self, slot: SupervisedSlot) -> set[str]:
        """The claims that a review lets a slot overlap."""
        granted = self._granted(slot.member_id, slot.claim_id)
        return {claim_id for line_number, claim_id in granted if line_number == slot.line_number}

    def _granted(self, member_id: str, claim_id: str) -> set[tuple[int | None, str]]:
        """The lines of a claim that a review lets stand, each with a claim that it may overlap."""
        key = (member_id, claim_id)
        if key not in self._granted_of:
            record = self._memory.claim(self._kept, *key)
            self._granted_of[key] = granted_lines(record.refused if record else ())
        return self._granted_of[key]

    def _inherit(self, message: SupervisedClaim, slots: Iterable[SupervisedSlot]) -> None:
        """Let the lines that may overlap a claim, with these slots, overlap its replacement too."""
        touching = {
            (each.member_id, each.claim_id)
            for slot in slots
            for day in map(self._days.of, days_in(slot))
            for each in (*day.competing_with(slot), *day.denied_for(slot))
        }
        for key in sorted(touching):
            record = self._memory.claim(self._kept, *key)
            if any(other == message.withdrawn_claim_id for _, other in self._granted(*key)):
                self._memory.keep_claim(self._kept, *key, record and beside(record, message))
                del self._granted_of[key]

    def record(
        self,
        message: SupervisedClaim,
        arrival: int,
        slots: Sequence[SupervisedSlot],
        refused: tuple[RefusedLine, ...],
    ) -> None:
        """Store the claim's slots and findings, and the claim itself if it has a finding."""
        member_id, draft = message.member_id, message.draft
        empty = empty_slot(member_id, draft.claim_id, arrival, self._today)
        dates, starts = self._days.add(slots or [empty])
        denied, event_id = None, draft.event_id if refused else ""
        if refused:
            denied = message._replace(hops=(), found=(), review=None, monitored_hops=())
        place = draft.revision, message.event_order
        record = SupervisorRecord(dates, arrival, denied, refused, event_id, starts, *place)
        self._memory.keep_claim(self._kept, member_id, draft.claim_id, record)

    def give_back(self, freed: Iterable[SupervisedSlot], cause: SupervisedClaim) -> list[Reopen]:
        """Give freed time to the lines that were denied for it, in order of arrival.

        These lines occupy the time at once, so that no other claim takes it before their next
        revision. Returns a message for each reopened claim.
        """
        denied_slots = {
            slot
            for gap in freed
            for day in days_in(gap)
            for slot in self._days.of(day).denied_for(gap)
        }
        reopened: dict[tuple[str, str], DeniedClaim] = {}
        claims: dict[tuple[str, str], DeniedClaim] = {}
        # What was in the way of the lines before is often in the way of the next.
        in_the_way: deque[SupervisedSlot] = deque(maxlen=_TRIED_FIRST)
        for slot in by_arrival(denied_slots):
            if slot.claim_id == cause.draft.claim_id and slot.member_id == cause.member_id:
                continue
            if any(s.member_id != slot.member_id and overlaps(s, slot) for s in in_the_way):
                continue
            key = (slot.member_id, slot.claim_id)
            denied = claims.get(key)
            if denied is None:
                record = self._memory.claim(self._kept, *key)
                denied = claims[key] = DeniedClaim(self._days, key, record)
            if slot.line_number in denied.reviewed:
                continue
            competing = self.competing_with(slot)
            if competing:
                if not self._granted_beside(competing[0]):
                    in_the_way.append(competing[0])
                continue
            denied.occupy(slot)
            reopened[key] = denied
        for key, denied in reopened.items():
            self._memory.keep_claim(self._kept, *key, denied.kept())
        return [denied.reopened(cause) for denied in reopened.values()]

    def keep(self) -> int:
        """Store the changed days. Returns the most slots of a day that was read or changed."""
        return self._days.keep()

    def reviewed(self, routed: RoutedReview) -> tuple[Reopen, tuple[EditFinding, ...]] | None:
        """The claim that a review is about and the findings that it names, if this supervisor has
        such a finding on it.

        Raises StaleReview if one has changed since the reviewer saw it, UnitsAboveBilled.
        """
        record = self._memory.claim(self._kept, routed.member_id, routed.claim_id)
        if record is None or record.denied_claim is None:
            return None
        named = findings_named(routed.review, record.refused, record.denied_claim.draft)
        if not named:
            return None
        freed = record.denied_claim._replace(review=routed.review)
        return Reopen(freed, routed.review.review_id, routed.event_time), named
