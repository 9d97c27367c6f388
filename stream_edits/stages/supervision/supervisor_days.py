"""The days of one supervisor, and the quarters that they are kept by, for one message."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from stream_edits.domain.supervisor_state import (
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
)
from stream_edits.stages.shared.memory import SupervisorMemory
from stream_edits.stages.supervision.day_pages import micros
from stream_edits.stages.supervision.quarters import days_in, days_of, quarter_of
from stream_edits.stages.supervision.supervised_day import SupervisedDay


class SupervisorDays:
    """The days under some names, each read once. ``names`` are those that are judged against.

    ``today`` is the UTC date of the message.
    """

    def __init__(
        self, memory: SupervisorMemory, own: str, names: tuple[str, ...], today: date
    ) -> None:
        self._memory = memory
        self._own = own
        self._names = names
        self._today = today
        self._days: dict[tuple[str, date], SupervisedDay] = {}
        self._before = memory.quarters(own)
        self._quarters: dict[date, date] = dict(self._before)

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
        held = self.of(day)
        for member_id, claim_id in {(s.member_id, s.claim_id): None for s in held.slots()}:
            record = self._memory.claim(self._own, member_id, claim_id)
            dates = tuple(each for each in record.dates if each != day) if record else ()
            left = record._replace(dates=dates) if record and dates else None
            self._memory.keep_claim(self._own, member_id, claim_id, left)
        held.clear()

    def of(self, day: date, name: str = "") -> SupervisedDay:
        """A day under the supervisor's own name in the state, or under another."""
        key = name or self._own, day
        found = self._days.get(key)
        if found is None:
            found = self._days[key] = SupervisedDay(self._memory, *key)
        return found

    def slots_of(
        self, member_id: str, claim_id: str, record: SupervisorRecord, day: date
    ) -> list[SupervisedSlot]:
        """The slots of a claim on one of its days."""
        keys = [(micros(start), record.arrival) for start in record.starts]
        return self.of(day).of_claim(member_id, claim_id, keys)

    def add(self, slots: Sequence[SupervisedSlot]) -> tuple[tuple[date, ...], tuple[datetime, ...]]:
        """Add the slots of a claim. Returns their days and their starts."""
        dates: dict[date, None] = {}
        starts: dict[datetime, None] = {}
        for slot in slots:
            starts[slot.start_time] = None
            for day in days_in(slot):
                dates[day] = None
                quarter = quarter_of(day)
                newest = self._quarters.get(quarter, self._today)
                self._quarters[quarter] = max(newest, self._today)
                self.of(day).add(slot)
        return tuple(dates), tuple(starts)

    def remove(
        self, member_id: str, claim_id: str, record: SupervisorRecord
    ) -> list[SupervisedSlot]:
        """Remove the slots of a claim, and return them."""
        removed: list[SupervisedSlot] = []
        for day in record.dates:
            own = self.slots_of(member_id, claim_id, record, day)
            removed += own
            for slot in own:
                self.of(day).remove(slot)
        return removed

    def competing_with(self, slot: SupervisedSlot) -> list[SupervisedSlot]:
        """The slots of other members that occupy time and overlap a slot, in order of arrival."""
        return by_arrival(
            {
                other
                for day in days_in(slot)
                for name in self._names
                for other in self.of(day, name).competing_with(slot)
            }
        )

    def keep(self) -> int:
        """Store what has changed: pages, and the list of quarters.

        Returns the most slots of a day that was read or changed.
        """
        largest = 0
        for day in self._days.values():
            largest = max(largest, day.held)
            day.keep()
        if self._quarters != dict(self._before):
            held = tuple(SupervisedQuarter(*each) for each in self._quarters.items())
            self._memory.keep_quarters(self._own, held)
        return largest


def by_arrival(slots: Iterable[SupervisedSlot]) -> list[SupervisedSlot]:
    """Slots in order of arrival."""
    return sorted(slots, key=lambda s: (s.arrival, s.claim_id, s.line_number))
