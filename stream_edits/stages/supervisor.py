"""One supervisor's time: slots, time given back, and retention."""

from collections import deque
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from stream_edits.domain.decision import EditFinding
from stream_edits.domain.messages import Reopen, RoutedReview, SupervisedClaim
from stream_edits.domain.supervisor_state import (
    RefusedLine,
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
)
from stream_edits.stages.denied_claim import DeniedClaim
from stream_edits.stages.memory import SupervisorMemory
from stream_edits.stages.quarters import days_in, days_of, quarter_of
from stream_edits.stages.reviewed_times import beside, findings_named, lets_stand
from stream_edits.stages.supervised_day import overlaps
from stream_edits.stages.supervisor_days import SupervisorDays, by_arrival

# How many slots are tried before a search.
_TRIED_FIRST = 8
# Prefix of monitored state; no NPI starts with it.
_MONITORED = "monitored\x1f"


class Withdrawn(NamedTuple):
    """What a claim had in a supervisor's state before its present message.

    ``freed`` are its slots, and those of the claim that it withdraws, that occupied time.
    ``arrival`` is that of its first message here, or of the claim that it replaces. ``refused`` are
    the findings on the same content of the claim, and ``own`` its slots if there are any.
    """

    freed: list[SupervisedSlot]
    arrival: int
    refused: tuple[RefusedLine, ...]
    own: list[SupervisedSlot]


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
        self._before = memory.quarters(self._kept)
        self._quarters: dict[date, date] = dict(self._before)
        names = (self._kept, npi) if is_monitored else (npi,)
        self._days = SupervisorDays(memory, self._kept, names)
        # What reviews let stand, of the claims met in this message.
        self._granted_of: dict[tuple[str, str], set[tuple[int | None, str]]] = {}

    def forget_before(self, oldest: date) -> None:
        """Delete every quarter in which no event has added a slot since that date.

        The time is not given back: lines that were denied for it are deleted as well.
        """
        for first, newest in self._before:
            if newest < oldest:
                del self._quarters[first]
                for day in days_of(first):
                    self._forget_day(day)

    def _forget_day(self, day: date) -> None:
        held = self._days.of(day)
        for member_id, claim_id in {(s.member_id, s.claim_id): None for s in held.slots()}:
            record = self._memory.claim(self._kept, member_id, claim_id)
            dates = tuple(each for each in record.dates if each != day) if record else ()
            left = record._replace(dates=dates) if record and dates else None
            self._memory.keep_claim(self._kept, member_id, claim_id, left)
        held.clear()

    def withdraw(self, message: SupervisedClaim, order: int) -> Withdrawn:
        """Remove the slots of the claim and of the claim it withdraws."""
        freed: dict[SupervisedSlot, None] = {}
        arrivals = [order]
        refused: tuple[RefusedLine, ...] = ()
        refused_slots: list[SupervisedSlot] = []
        for claim_id in dict.fromkeys((message.draft.claim_id, message.withdrawn_claim_id)):
            record = claim_id and self._memory.claim(self._kept, message.member_id, claim_id)
            if not claim_id or not record:
                continue
            arrivals.append(record.arrival)
            is_same = record.event_id == message.draft.event_id
            if is_same:
                refused = record.refused
            for day in record.dates:
                own = self._days.slots_of(message.member_id, claim_id, record, day)
                if claim_id == message.withdrawn_claim_id and message.times:
                    self._inherit(message, own)
                freed |= {slot: None for slot in own if slot.occupies_time}
                if is_same:
                    refused_slots += own
                for slot in own:
                    self._days.of(day).remove(slot)
            self._memory.keep_claim(self._kept, message.member_id, claim_id, None)
        return Withdrawn(list(freed), min(arrivals), refused, refused_slots)

    def competing_with(self, slot: SupervisedSlot) -> list[SupervisedSlot]:
        """The slots of other members that occupy time and overlap a slot, in order of arrival.

        A slot that a review let stand beside this claim does not count.
        """
        competing = self._days.competing_with(slot)
        claims = dict.fromkeys([(each.member_id, each.claim_id) for each in competing])
        if not any(self._granted(*claim) for claim in claims):
            # The usual case.
            return competing
        return [each for each in competing if slot.claim_id not in self._granted_beside(each)]

    def _granted_beside(self, slot: SupervisedSlot) -> set[str]:
        """The claims that a review lets a slot overlap."""
        granted = self._granted(slot.member_id, slot.claim_id)
        return {claim_id for line_number, claim_id in granted if line_number == slot.line_number}

    def _granted(self, member_id: str, claim_id: str) -> set[tuple[int | None, str]]:
        """The lines of a claim that a review lets stand, each with a claim that it may overlap."""
        key = (member_id, claim_id)
        if key not in self._granted_of:
            record = self._memory.claim(self._kept, member_id, claim_id)
            self._granted_of[key] = {
                (each.finding.line_number, other)
                for each in (record.refused if record else ())
                if lets_stand(each)
                for other in each.finding.related_claim_ids
            }
        return self._granted_of[key]

    def _inherit(self, message: SupervisedClaim, slots: Iterable[SupervisedSlot]) -> None:
        """Let the lines that may overlap a claim, with these slots, overlap its replacement too."""
        days = [(slot, self._days.of(day)) for slot in slots for day in days_in(slot)]
        touching = {
            (each.member_id, each.claim_id)
            for slot, day in days
            for each in (*day.competing_with(slot), *day.denied_for(slot))
        }
        for key in sorted(touching):
            if any(other == message.withdrawn_claim_id for _, other in self._granted(*key)):
                record = self._memory.claim(self._kept, *key)
                self._memory.keep_claim(self._kept, *key, record and beside(record, message))
                del self._granted_of[key]

    def record(
        self,
        message: SupervisedClaim,
        arrival: int,
        slots: Iterable[SupervisedSlot],
        refused: tuple[RefusedLine, ...],
    ) -> None:
        """Store the claim's slots and findings, and the claim itself if it has a finding."""
        dates: dict[date, None] = {}
        starts: dict[datetime, None] = {}
        for slot in slots:
            starts[slot.start_time] = None
            for day in days_in(slot):
                dates[day] = None
                quarter = quarter_of(day)
                newest = self._quarters.get(quarter, self._today)
                self._quarters[quarter] = max(newest, self._today)
                self._days.of(day).add(slot)
        if dates:
            denied = (
                message._replace(hops=(), found=(), review=None, monitored_hops=())
                if refused
                else None
            )
            event_id = message.draft.event_id if refused else ""
            record = SupervisorRecord(
                tuple(dates), arrival, denied, refused, event_id, tuple(starts)
            )
            self._memory.keep_claim(self._kept, message.member_id, message.draft.claim_id, record)

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
        """Store the pages and the list of quarters at the end of the message, if they changed.

        Returns the most slots of a day that the message has read or changed.
        """
        largest = self._days.keep()
        if self._quarters != dict(self._before):
            held = tuple(SupervisedQuarter(*each) for each in self._quarters.items())
            self._memory.keep_quarters(self._kept, held)
        return largest

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
