"""What a supervisor's state was before days had pages: each day one tuple, searched whole.

It is the oracle of test_supervised_pages.py: slow, and plain to read.
"""

from collections.abc import Iterable
from datetime import date

from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.domain.messages import Reopen, RoutedReview, SupervisedClaim
from stream_edits.domain.supervisor_state import (
    RefusedLine,
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
)
from stream_edits.policies.shared.clock import overlap
from stream_edits.stages.supervisor import Withdrawn
from tests.stages.plain_reviews import named_by
from tests.stages.plain_supervisors import PlainSupervisors, days_in, quarter_of


def _overlap(a: SupervisedSlot, b: SupervisedSlot) -> bool:
    """Whether two half-open intervals overlap. Touching ends do not."""
    return overlap(a.start_time, a.end_time, b.start_time, b.end_time)


def _of(member_id: str, claim_id: str, slots: Iterable[SupervisedSlot]) -> list[SupervisedSlot]:
    return [s for s in slots if (s.member_id, s.claim_id) == (member_id, claim_id)]


def _same_line(a: SupervisedSlot, b: SupervisedSlot) -> bool:
    return (a.member_id, a.claim_id, a.line_number) == (b.member_id, b.claim_id, b.line_number)


# What no NPI begins with.
_MONITORED = "monitored\x1f"


class PlainSession:
    """One supervisor's state while one message is processed. ``today`` is its UTC date.

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
        freed: list[SupervisedSlot] = []
        arrivals = [order]
        refused: tuple[RefusedLine, ...] = ()
        refused_slots: list[SupervisedSlot] = []
        for claim_id in dict.fromkeys((message.draft.claim_id, message.withdrawn_claim_id)):
            record = claim_id and self._memory.claim(self._kept, message.member_id, claim_id)
            if not claim_id or not record:
                continue
            arrivals.append(record.arrival)
            if record.event_id == message.draft.event_id:
                refused = record.refused
            for day in record.dates:
                slots = self._memory.day(self._kept, day)
                own = _of(message.member_id, claim_id, slots)
                if claim_id == message.withdrawn_claim_id and message.times:
                    beside = [s for s in slots if any(_overlap(s, x) for x in own)]
                    self._memory.inherit(self._kept, beside, claim_id, message.draft.claim_id)
                freed += [s for s in own if s.occupies_time and s not in freed]
                refused_slots += own if record.event_id == message.draft.event_id else []
                self._memory.keep_day(self._kept, day, tuple(s for s in slots if s not in own))
            self._memory.keep_claim(self._kept, message.member_id, claim_id, None)
        return Withdrawn(freed, min(arrivals), refused, refused_slots)

    def competing_with(self, slot: SupervisedSlot) -> list[SupervisedSlot]:
        """The slots of other members that occupy time and overlap a slot, in order of arrival.

        Those that a review granted beside this claim do not count.
        """
        kept = (self._kept, self.npi) if self.is_monitored else (self.npi,)
        against = {
            other
            for day in days_in(slot)
            for name in kept
            for other in self._memory.day(name, day)
            if other.occupies_time and other.member_id != slot.member_id and _overlap(other, slot)
            if slot.claim_id not in self._granted_beside(other)
        }
        return sorted(against, key=lambda s: (s.arrival, s.claim_id, s.line_number))

    def _granted_beside(self, slot: SupervisedSlot) -> set[str]:
        record = self._memory.claim(self._kept, slot.member_id, slot.claim_id)
        granted = [
            x.finding
            for x in (record.refused if record else ())
            if x.finding.review_id and x.finding.disposition is Disposition.PASS
        ]
        own = [x for x in granted if x.line_number == slot.line_number]
        return {claim_id for x in own for claim_id in x.related_claim_ids}

    def record(
        self,
        message: SupervisedClaim,
        arrival: int,
        slots: Iterable[SupervisedSlot],
        refused: tuple[RefusedLine, ...],
    ) -> None:
        """Store the claim's slots and findings, and the claim itself if it has a finding."""
        dates: dict[date, None] = {}
        for slot in slots:
            for day in days_in(slot):
                dates[day] = None
                quarter = quarter_of(day)
                newest = self._quarters.get(quarter, self._today)
                self._quarters[quarter] = max(newest, self._today)
                self._memory.keep_day(self._kept, day, (*self._memory.day(self._kept, day), slot))
        if dates:
            denied = (
                message._replace(hops=(), found=(), review=None, monitored_hops=())
                if refused
                else None
            )
            event_id = message.draft.event_id if refused else ""
            record = SupervisorRecord(tuple(dates), arrival, denied, refused, event_id)
            self._memory.keep_claim(self._kept, message.member_id, message.draft.claim_id, record)

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

    def keep(self) -> None:
        """Store the list of quarters at the end of the message, if it changed."""
        if self._quarters != dict(self._before):
            held = tuple(SupervisedQuarter(*each) for each in self._quarters.items())
            self._memory.keep_quarters(self._kept, held)

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
            for slot in _of(member_id, claim_id, self._memory.day(self._kept, day))
        )
        if all(slot.occupies_time for slot in own):
            left = tuple(each for each in record.refused if each.finding.review_id)
            after = record._replace(refused=left)
            if not left:
                after = record._replace(denied_claim=None, refused=(), event_id="")
            self._memory.keep_claim(self._kept, member_id, claim_id, after)
