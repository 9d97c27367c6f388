"""The days of one supervisor while a message is processed."""

from collections.abc import Iterable
from datetime import date

from stream_edits.domain.supervisor_state import SupervisedSlot, SupervisorRecord
from stream_edits.stages.day_pages import micros
from stream_edits.stages.memory import SupervisorMemory
from stream_edits.stages.quarters import days_in
from stream_edits.stages.supervised_day import SupervisedDay


class SupervisorDays:
    """The days under some names, each read once. ``names`` are those that are judged against."""

    def __init__(self, memory: SupervisorMemory, own: str, names: tuple[str, ...]) -> None:
        self._memory = memory
        self._own = own
        self._names = names
        self._days: dict[tuple[str, date], SupervisedDay] = {}

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
        """Store what has changed. Returns the most slots of a day that was read or changed."""
        largest = 0
        for day in self._days.values():
            largest = max(largest, day.held)
            day.keep()
        return largest


def by_arrival(slots: Iterable[SupervisedSlot]) -> list[SupervisedSlot]:
    """Slots in order of arrival."""
    return sorted(slots, key=lambda s: (s.arrival, s.claim_id, s.line_number))
