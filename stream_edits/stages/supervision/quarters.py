"""The days and quarters that a supervisor's slots are kept by."""

from collections.abc import Iterator
from datetime import date, timedelta

from stream_edits.domain.supervisor_state import SupervisedSlot


def days_in(slot: SupervisedSlot) -> Iterator[date]:
    """Every date that [start, end) overlaps."""
    day, last = slot.start_time.date(), (slot.end_time - timedelta(microseconds=1)).date()
    for number in range((last - day).days + 1):
        yield day + timedelta(days=number)


def quarter_of(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def days_of(quarter: date) -> list[date]:
    """Every day of the quarter with this first day."""
    days = (quarter + timedelta(days=n) for n in range(92))
    return [day for day in days if quarter_of(day) == quarter]
