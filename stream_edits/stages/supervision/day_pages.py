"""The pages of a supervisor's day: what one holds, and how a full one is divided."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from stream_edits.domain.supervisor_state import DayPage, DayParts, SupervisedSlot

# The most slots, and the most pages below, of one page.
MOST_SLOTS = 32
MOST_PARTS = 64

# A start and an arrival: the order of slots.
Key = tuple[int, int]
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_in_order = attrgetter("start_time", "arrival")


class DayPart(NamedTuple):
    """One page as the page above it knows it: a row of DayParts."""

    page: int
    start: int
    arrival: int
    occupied_until: int
    denied_until: int
    occupied_by: str


def micros(moment: datetime) -> int:
    """A time of the local clock in microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def key_of(slot: SupervisedSlot) -> Key:
    """The place of a slot in the order of its day."""
    return micros(slot.start_time), slot.arrival


def places(parts: DayParts, key: Key) -> range:
    """Where slots with a key may be: slots of one key may be on several pages."""
    start, arrival = key
    low = bisect_left(parts.starts, start)
    high = bisect_right(parts.starts, start, low)
    first = bisect_left(parts.arrivals, arrival, low, high) - 1
    last = bisect_right(parts.arrivals, arrival, low, high) - 1
    return range(max(first, 0), max(last, 0) + 1)


def replaced(parts: DayParts, place: int, rows: Sequence[DayPart]) -> DayParts:
    """The parts with other rows in one place: none, one, or several."""
    columns = zip(*rows, strict=True) if rows else [()] * len(parts)
    return DayParts(
        *[(*old[:place], *new, *old[place + 1 :]) for old, new in zip(parts, columns, strict=True)]
    )


def is_overfull(page: DayPage) -> bool:
    """Whether the page must be divided."""
    return len(page.slots) > MOST_SLOTS or len(page.parts.pages) > MOST_PARTS


def pieces(page: DayPage) -> Iterator[DayPage]:
    """The content of a page as pages that have room for more. State of earlier versions has pages
    with all slots of a day."""
    slots = sorted(page.slots, key=_in_order)
    count = len(slots) or len(page.parts.pages)
    most = max(2, 3 * (MOST_SLOTS if slots else MOST_PARTS) // 4)
    number = -(-count // most)
    for place in range(number):
        cut = slice(count * place // number, count * (place + 1) // number)
        columns: Any = [column[cut] for column in page.parts]
        yield DayPage(tuple(slots[cut]), DayParts(*columns))


def description(number: int, page: DayPage) -> DayPart:
    """A page that is not empty, as the page above it knows it."""
    if page.parts.pages:
        return _of_parts(number, page.parts)
    first = min(page.slots, key=_in_order)
    start = occupied = denied = first.start_time
    members = set()
    for slot in page.slots:
        if slot.occupies_time:
            occupied = max(occupied, slot.end_time)
            members.add(slot.member_id)
        else:
            denied = max(denied, slot.end_time)
    until = micros(occupied), micros(denied)
    return DayPart(number, micros(start), first.arrival, *until, _only(members))


def _of_parts(number: int, parts: DayParts) -> DayPart:
    start = parts.starts[0]
    occupied = [
        (until, member)
        for until, begun, member in zip(
            parts.occupied_until, parts.starts, parts.occupied_by, strict=True
        )
        if until > begun
    ]
    denied = [
        until
        for until, begun in zip(parts.denied_until, parts.starts, strict=True)
        if until > begun
    ]
    return DayPart(
        page=number,
        start=start,
        arrival=parts.arrivals[0],
        occupied_until=max([until for until, _ in occupied], default=start),
        denied_until=max(denied, default=start),
        occupied_by=_only({member for _, member in occupied}),
    )


def _only(members: set[str]) -> str:
    """The only member, or an empty text."""
    return next(iter(members)) if len(members) == 1 else ""
