"""A claim with lines that were denied for overlap, while freed time is given back."""

from datetime import date
from functools import cached_property

from stream_edits.domain.messages import Reopen, SupervisedClaim
from stream_edits.domain.supervisor_state import SupervisedSlot, SupervisorRecord
from stream_edits.stages.supervision.quarters import days_in
from stream_edits.stages.supervision.supervisor_days import SupervisorDays


class DeniedClaim:
    """The claim, read once for all its lines, of which there may be thousands.

    ``key`` are its member and id; ``record`` is None if nothing is kept of it.
    """

    def __init__(
        self, days: SupervisorDays, key: tuple[str, str], record: SupervisorRecord | None
    ) -> None:
        self._days = days
        self._key = key
        self._record = record
        self._slots: dict[date, dict[int, list[SupervisedSlot]]] = {}
        self._lines: dict[int, None] = {}

    @cached_property
    def reviewed(self) -> frozenset[int | None]:
        """The numbers of the lines whose overlap a person has decided. These do not wait for time:
        the person has denied them, or what denies them is another edit."""
        refused = self._record.refused if self._record else ()
        return frozenset(x.finding.line_number for x in refused if x.finding.review_id)

    def occupy(self, slot: SupervisedSlot) -> None:
        """Let a line occupy its time. Raises LookupError if nothing is kept of the claim."""
        self._lines[slot.line_number] = None
        for day in days_in(slot):
            if day not in self._slots:
                self._slots[day] = self._slots_on(day)
            for own in self._slots[day].get(slot.line_number, ()):
                self._days.of(day).occupy(own)

    def _slots_on(self, day: date) -> dict[int, list[SupervisedSlot]]:
        """The slots of the claim on a day, by line number."""
        if self._record is None:
            raise LookupError("a slot was kept without its claim")
        found: dict[int, list[SupervisedSlot]] = {}
        for slot in self._days.slots_of(*self._key, self._record, day):
            found.setdefault(slot.line_number, []).append(slot)
        return found

    def kept(self) -> SupervisorRecord | None:
        """What to remember of the claim, now that lines occupy their time.

        When none of them waits any more, only what reviews have decided.
        """
        record = self._record
        if record is None:
            return None
        days = [self._days.slots_of(*self._key, record, day) for day in record.dates]
        if not all(slot.occupies_time for own in days for slot in own):
            return record
        reviewed = tuple(each for each in record.refused if each.finding.review_id)
        if reviewed:
            return record._replace(refused=reviewed)
        return record._replace(denied_claim=None, refused=(), event_id="")

    def reopened(self, cause: SupervisedClaim) -> Reopen:
        """The message that decides the claim again, with the lines that occupy their time now.

        Raises LookupError without the claim's content.
        """
        if self._record is None or self._record.denied_claim is None:
            raise LookupError("a claim denied for overlap was kept without its content")
        draft = cause.draft
        trigger = draft.trigger_event_id or draft.event_id
        return Reopen(self._record.denied_claim, trigger, draft.decided_at, tuple(self._lines))
