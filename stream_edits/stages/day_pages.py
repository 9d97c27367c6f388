"""The pages of a supervisor's day: what one holds, and how a full one is divided."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

from stream_edits.domain.supervisor_state import DayPage, DayPart

# The most slots, and the most descriptions, of one page.
MOST_SLOTS = 32
MOST_PARTS = 32

Parts = tuple[DayPart, ...]
# A start and an arrival: the order of slots.
Key = tuple[datetime, int]
_slot_key = attrgetter("start_time", "arrival")
_part_key = attrgetter("start", "arrival")


def places(parts: Parts, key: Key) -> range:
    """Where slots with a key may be: slots of one key may be on several pages."""
    first = bisect_left(parts, key, key=_part_key) - 1
    last = bisect_right(parts, key, key=_part_key) - 1
    return range(max(first, 0), max(last, 0) + 1)


def is_overfull(page: DayPage) -> bool:
    return len(page.slots) > MOST_SLOTS or len(page.parts) > MOST_PARTS


def pieces(page: DayPage) -> Iterator[DayPage]:
    """The content of a page as pages that have room for more. State of earlier versions has pages
    with all slots of a day."""
    slots = sorted(page.slots, key=_slot_key)
    count = len(slots) or len(page.parts)
    most = max(2, 3 * (MOST_SLOTS if slots else MOST_PARTS) // 4)
    number = -(-count // most)
    for place in range(number):
        cut = slice(count * place // number, count * (place + 1) // number)
        yield DayPage(tuple(slots[cut]), page.parts[cut])


def description(number: int, page: DayPage) -> DayPart:
    if page.parts:
        return _of_parts(number, page.parts)
    start, arrival = min(map(_slot_key, page.slots))
    occupied = waiting = start
    members = set()
    for slot in page.slots:
        if slot.occupies_time:
            occupied = max(occupied, slot.end_time)
            members.add(slot.member_id)
        else:
            waiting = max(waiting, slot.end_time)
    return DayPart(number, start, arrival, occupied, _only(members), waiting)


def _of_parts(number: int, parts: Parts) -> DayPart:
    first = parts[0]
    occupied = [part for part in parts if part.occupied_until > part.start]
    waiting = [part.waiting_until for part in parts if part.waiting_until > part.start]
    return DayPart(
        page=number,
        start=first.start,
        arrival=first.arrival,
        occupied_until=max([part.occupied_until for part in occupied], default=first.start),
        occupied_by=_only({part.occupied_by for part in occupied}),
        waiting_until=max(waiting, default=first.start),
    )


def _only(members: set[str]) -> str:
    """The only member, or an empty text."""
    return next(iter(members)) if len(members) == 1 else ""
