"""A supervisor's state as it was before days had pages, for the oracle of the supervision stage."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from stream_edits.domain.supervisor_state import (
    RefusedLine,
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
)


def quarter_of(day: date) -> date:
    """The first day of a day's quarter."""
    return max(date(day.year, month, 1) for month in (1, 4, 7, 10) if month <= day.month)


def days_in(slot: SupervisedSlot) -> list[date]:
    """Every day that a slot shares time with."""
    days = [slot.start_time.date()]
    while datetime.combine(days[-1] + timedelta(days=1), time()) < slot.end_time:
        days.append(days[-1] + timedelta(days=1))
    return days


class PlainSupervisors:
    """What the plain session keeps, in dictionaries."""

    def __init__(self) -> None:
        self.days: dict[tuple[str, date], tuple[SupervisedSlot, ...]] = {}
        self.claims: dict[tuple[str, str, str], SupervisorRecord] = {}
        self.held: dict[str, tuple[SupervisedQuarter, ...]] = {}

    def day(self, npi: str, day: date) -> tuple[SupervisedSlot, ...]:
        return self.days.get((npi, day), ())

    def keep_day(self, npi: str, day: date, slots: tuple[SupervisedSlot, ...]) -> None:
        self.days[npi, day] = slots

    def claim(self, npi: str, member_id: str, claim_id: str) -> SupervisorRecord | None:
        return self.claims.get((npi, member_id, claim_id))

    def keep_claim(
        self, npi: str, member_id: str, claim_id: str, record: SupervisorRecord | None
    ) -> None:
        if record is None:
            self.claims.pop((npi, member_id, claim_id), None)
        else:
            self.claims[npi, member_id, claim_id] = record

    def inherit(self, npi: str, beside: Iterable[SupervisedSlot], old: str, new: str) -> None:
        """Where a review let one of these slots overlap a claim, let it overlap its replacement."""
        for key in {(slot.member_id, slot.claim_id) for slot in beside}:
            record = self.claims.get((npi, *key))
            if record:
                refused = tuple(_granted(each, old, new) for each in record.refused)
                self.claims[npi, *key] = record._replace(refused=refused)

    def quarters(self, npi: str) -> tuple[SupervisedQuarter, ...]:
        return self.held.get(npi, ())

    def keep_quarters(self, npi: str, quarters: tuple[SupervisedQuarter, ...]) -> None:
        self.held[npi] = quarters


def _granted(line: RefusedLine, old: str, new: str) -> RefusedLine:
    found = line.finding
    if not found.review_id or found.disposition != "PASS" or old not in found.related_claim_ids:
        return line
    others = tuple(dict.fromkeys((*found.related_claim_ids, new)))
    return line._replace(finding=found._replace(related_claim_ids=others))
