"""What the oracle of the supervision stage keeps of a supervisor's claims."""

from collections.abc import Iterable
from datetime import date

from stream_edits.domain.messages import SupervisedClaim
from stream_edits.domain.supervisor_state import (
    RefusedLine,
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
    empty_slot,
)
from stream_edits.policies.shared.clock import overlap
from stream_edits.stages.supervision.supervisor import Withdrawn
from tests.stages.plain_supervisors import PlainSupervisors, days_in, quarter_of


def of_claim(
    member_id: str, claim_id: str, slots: Iterable[SupervisedSlot]
) -> list[SupervisedSlot]:
    return [s for s in slots if (s.member_id, s.claim_id) == (member_id, claim_id)]


# What no NPI begins with.
_MONITORED = "monitored\x1f"


class PlainClaims:
    """The claims of one supervisor while one message is processed. ``today`` is its UTC date.

    The slots of lines that are only monitored have a state of their own, which such lines alone
    are judged against.
    """

    def __init__(
        self, memory: PlainSupervisors, npi: str, today: date, *, is_monitored: bool = False
    ) -> None:
        self.npi = npi
        self.is_monitored = is_monitored
        # The name that its state is kept under.
        self._kept = f"{_MONITORED}{npi}" if is_monitored else npi
        self._memory = memory
        self._today = today
        self._before = memory.quarters(self._kept)
        self._quarters: dict[date, date] = dict(self._before)

    def forget_before(self, oldest: date) -> None:
        """Delete every quarter in which no event has added a slot since that date.

        The time is not given back: lines that were denied for it are deleted as well.
        """
        self._quarters = {first: newest for first, newest in self._before if newest >= oldest}
        gone = {first for first, _ in self._before} - self._quarters.keys()
        for name, day in self._memory.days:
            if name == self._kept and quarter_of(day) in gone:
                self._memory.keep_day(name, day, ())
        for (name, member_id, claim_id), record in list(self._memory.claims.items()):
            if name == self._kept:
                dates = tuple(day for day in record.dates if quarter_of(day) not in gone)
                left = record._replace(dates=dates) if dates else None
                self._memory.keep_claim(name, member_id, claim_id, left)

    def withdraw(self, message: SupervisedClaim, order: int) -> Withdrawn:
        """Remove the slots of the claim and of the claim it withdraws."""
        draft, named = message.draft, message.withdrawn_claim_id
        record = self._memory.claim(self._kept, message.member_id, draft.claim_id)
        if message.is_outdated or self._is_late(record, draft.revision, message):
            freed = self._withdraw_named(message, named, order)[0] if named else []
            return Withdrawn(freed, order, (), [], is_outdated=True)
        slots = self._removed(message.member_id, draft.claim_id)
        freed, arrival = [s for s in slots if s.occupies_time], order
        if record:
            arrival = min(order, record.arrival)
        if named:
            others, arrival = self._withdraw_named(message, named, arrival)
            freed += others
        if record is None:
            return Withdrawn(list(dict.fromkeys(freed)), arrival, (), [])
        same = record.event_id == draft.event_id
        refused, own = (record.refused, slots) if same else ((), [])
        return Withdrawn(list(dict.fromkeys(freed)), arrival, refused, own)

    def _is_late(
        self, record: SupervisorRecord | None, revision: int, message: SupervisedClaim
    ) -> bool:
        newest = (record.revision, record.event_order) if record else (0, 0)
        return revision < newest[0] and 0 < message.event_order < newest[1]

    def _withdraw_named(
        self, message: SupervisedClaim, claim_id: str, arrival: int
    ) -> tuple[list[SupervisedSlot], int]:
        """Remove the slots of the withdrawn claim. Returns those that had time, and the earlier
        arrival of both claims."""
        member_id, revision = message.member_id, message.withdrawn_revision
        record = self._memory.claim(self._kept, member_id, claim_id)
        arrival = min(arrival, record.arrival) if record else arrival
        if record and self._is_late(record, revision, message):
            return [], arrival
        removed = self._removed(member_id, claim_id)
        if message.times:
            self._inherit(message, claim_id, removed)
        freed = [s for s in removed if s.occupies_time]
        revision, newest = max(record.revision if record else 0, revision) + 1, message.event_order
        newest = max(record.event_order if record else 0, newest)
        dates = self._add([empty_slot(member_id, claim_id, arrival, self._today)])
        left = SupervisorRecord(dates, arrival, None, revision=revision, event_order=newest)
        self._memory.keep_claim(self._kept, member_id, claim_id, left)
        return freed, arrival

    def _inherit(
        self, message: SupervisedClaim, claim_id: str, removed: Iterable[SupervisedSlot]
    ) -> None:
        beside = [
            slot
            for (name, _), slots in self._memory.days.items()
            if name == self._kept
            for slot in slots
            if any(
                overlap(slot.start_time, slot.end_time, x.start_time, x.end_time) for x in removed
            )
        ]
        self._memory.inherit(self._kept, beside, claim_id, message.draft.claim_id)

    def _removed(self, member_id: str, claim_id: str) -> list[SupervisedSlot]:
        record = self._memory.claim(self._kept, member_id, claim_id)
        removed: list[SupervisedSlot] = []
        for day in record.dates if record else ():
            slots = self._memory.day(self._kept, day)
            own = of_claim(member_id, claim_id, slots)
            removed += own
            self._memory.keep_day(self._kept, day, tuple(s for s in slots if s not in own))
        return removed

    def _add(self, slots: Iterable[SupervisedSlot]) -> tuple[date, ...]:
        dates: dict[date, None] = {}
        for slot in slots:
            for day in days_in(slot):
                dates[day] = None
                quarter = quarter_of(day)
                newest = self._quarters.get(quarter, self._today)
                self._quarters[quarter] = max(newest, self._today)
                self._memory.keep_day(self._kept, day, (*self._memory.day(self._kept, day), slot))
        return tuple(dates)

    def record(
        self,
        message: SupervisedClaim,
        arrival: int,
        slots: Iterable[SupervisedSlot],
        refused: tuple[RefusedLine, ...],
    ) -> None:
        """Store the claim's slots and findings, and the claim itself if it has a finding."""
        member_id, draft = message.member_id, message.draft
        dates = self._add(slots or [empty_slot(member_id, draft.claim_id, arrival, self._today)])
        bare = message._replace(hops=(), found=(), review=None, monitored_hops=())
        denied, event_id = (bare, draft.event_id) if refused else (None, "")
        newest = draft.revision, message.event_order
        record = SupervisorRecord(dates, arrival, denied, refused, event_id, (), *newest)
        self._memory.keep_claim(self._kept, member_id, draft.claim_id, record)

    def keep(self) -> None:
        """Store the list of quarters at the end of the message, if it changed."""
        if self._quarters != dict(self._before):
            held = tuple(SupervisedQuarter(*each) for each in self._quarters.items())
            self._memory.keep_quarters(self._kept, held)
