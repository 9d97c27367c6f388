"""A supervisor's day, kept in pages, so that a line costs the same however many slots the day has.

A day with few slots is one page. When that is full, its slots move to pages of their own, by start
and arrival, and the first page only describes these; and so on for a page of descriptions. It is a
B+ tree whose descriptions also say until when the slots below occupy time or wait for it. A search
for what overlaps a time leaves out every page that ends before it or begins after it.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from datetime import date

from stream_edits.domain.supervisor_state import NO_PARTS, DayPage, DayParts, SupervisedSlot
from stream_edits.policies.shared.clock import overlap
from stream_edits.stages.shared.memory import SupervisorMemory
from stream_edits.stages.supervision import day_pages
from stream_edits.stages.supervision.day_pages import (
    DayPart,
    Key,
    description,
    is_overfull,
    key_of,
    micros,
    pieces,
    places,
    replaced,
)

FIRST_PAGE = 0

Slots = tuple[SupervisedSlot, ...]
Change = Callable[[Slots], Slots]
_EMPTY = DayPage()


def overlaps(a: SupervisedSlot, b: SupervisedSlot) -> bool:
    """Whether two half-open intervals overlap. Touching ends do not."""
    return overlap(a.start_time, a.end_time, b.start_time, b.end_time)


class SupervisedDay:
    """One day under a supervisor's name, while a message is processed.

    Pages are read once, when they are needed. Changed pages are written by ``keep``.
    """

    def __init__(self, memory: SupervisorMemory, name: str, day: date) -> None:
        self._memory = memory
        self._name = name
        self._day = day
        first = memory.page(name, day, FIRST_PAGE) or _EMPTY
        self._pages: dict[int, DayPage] = {FIRST_PAGE: first}
        self._changed: dict[int, None] = {}
        self._last_page = first.last_page
        # The number of slots of the day.
        self.held = first.held if first.parts.pages else len(first.slots)

    def slots(self) -> Iterator[SupervisedSlot]:
        """All slots. It reads every page."""
        pages = [FIRST_PAGE]
        while pages:
            page = self._page(pages.pop())
            yield from page.slots
            pages += page.parts.pages

    def competing_with(self, slot: SupervisedSlot) -> Iterator[SupervisedSlot]:
        """The slots of other members that occupy time and overlap a slot."""
        member_id, pages = slot.member_id, [FIRST_PAGE]
        while pages:
            page = self._page(pages.pop())
            for other in page.slots:
                if other.occupies_time and other.member_id != member_id and overlaps(other, slot):
                    yield other
            parts = page.parts
            if parts.pages:
                found = _overlapping(parts, parts.occupied_until, slot)
                pages += [parts.pages[n] for n in found if parts.occupied_by[n] != member_id]

    def denied_for(self, gap: SupervisedSlot) -> Iterator[SupervisedSlot]:
        """The slots that occupy no time and overlap a slot."""
        pages = [FIRST_PAGE]
        while pages:
            page = self._page(pages.pop())
            for slot in page.slots:
                if not slot.occupies_time and overlaps(slot, gap):
                    yield slot
            parts = page.parts
            if parts.pages:
                pages += [parts.pages[n] for n in _overlapping(parts, parts.denied_until, gap)]

    def of_claim(
        self, member_id: str, claim_id: str, keys: Collection[Key]
    ) -> list[SupervisedSlot]:
        """The slots of a claim, with these starts and arrivals; every page is read without them.

        They come page by page, so that each is soon found when they are removed in this order.
        """
        pages = [FIRST_PAGE]
        found: list[SupervisedSlot] = []
        while pages:
            page = self._page(pages.pop())
            found += [s for s in page.slots if (s.member_id, s.claim_id) == (member_id, claim_id)]
            if page.parts.pages and keys:
                found_at = {place for key in keys for place in places(page.parts, key)}
                pages += [page.parts.pages[place] for place in sorted(found_at, reverse=True)]
            else:
                pages += reversed(page.parts.pages)
        return found

    def add(self, slot: SupervisedSlot) -> None:
        """Add a slot."""
        first = self._pages[FIRST_PAGE]
        if not first.parts.pages and len(first.slots) < day_pages.MOST_SLOTS:
            # Nearly every day is like this, so it takes no detour.
            self._pages[FIRST_PAGE] = DayPage((*first.slots, slot), NO_PARTS, 0, first.last_page)
            self._changed[FIRST_PAGE] = None
            self.held += 1
            return
        self._change(key_of(slot), lambda slots: (*slots, slot), last_only=True)

    def remove(self, slot: SupervisedSlot) -> None:
        """Remove a slot of this day."""
        self._change(key_of(slot), lambda slots: tuple([s for s in slots if s != slot]))

    def occupy(self, slot: SupervisedSlot) -> None:
        """Let a slot occupy its time, if it is a slot of this day."""
        given = slot._replace(occupies_time=True)
        self._change(key_of(slot), lambda slots: tuple([given if s == slot else s for s in slots]))

    def clear(self) -> None:
        """Remove all slots."""
        for _ in self.slots():
            pass
        for number in self._pages:
            self._put(number, _EMPTY)
        self.held = 0

    def keep(self) -> None:
        """Write the changed pages. A page that has become empty is deleted."""
        for number in self._changed:
            page = self._pages[number]
            kept = page if page.slots or page.parts.pages else None
            self._memory.keep_page(self._name, self._day, number, kept)
        self._changed.clear()

    def _page(self, number: int) -> DayPage:
        page = self._pages.get(number)
        if page is None:
            page = self._memory.page(self._name, self._day, number)
            if page is None:
                raise LookupError("a page of a supervisor's day is missing")
            self._pages[number] = page
        return page

    def _change(self, key: Key, change: Change, *, last_only: bool = False) -> None:
        """Change the slots of the page with that key. ``last_only`` is for a slot to add."""
        if not self._changed_below(FIRST_PAGE, key, change, last_only):
            return
        first = self._pages[FIRST_PAGE]
        while is_overfull(first):
            number = self._new_page()
            self._put(number, first)
            first = DayPage(parts=replaced(NO_PARTS, 0, self._described(number)))
        while len(first.parts.pages) == 1:
            (only,) = first.parts.pages
            first = self._page(only)
            self._put(only, _EMPTY)
        held = self.held if first.parts.pages else 0
        self._put(FIRST_PAGE, DayPage(first.slots, first.parts, held, self._last_page))

    def _changed_below(self, number: int, key: Key, change: Change, last_only: bool) -> bool:
        """Whether the change applied to this page, or to one below it."""
        page = self._page(number)
        parts = page.parts
        if not parts.pages:
            slots = change(page.slots)
            if slots == page.slots:
                return False
            self.held += len(slots) - len(page.slots)
            self._put(number, page._replace(slots=slots))
            return True
        found = places(parts, key)
        for place in found[-1:] if last_only else found:
            below = parts.pages[place]
            if self._changed_below(below, key, change, last_only):
                rows = self._described(below)
                if rows != [tuple(column[place] for column in parts)]:
                    self._put(number, page._replace(parts=replaced(parts, place, rows)))
                return True
        return False

    def _described(self, number: int) -> list[DayPart]:
        """A page as the page above knows it: no row if it is empty, several if it was too full."""
        page = self._pages[number]
        if not is_overfull(page):
            return [description(number, page)] if page.slots or page.parts.pages else []
        rows: list[DayPart] = []
        for piece in pieces(page):
            place = self._new_page() if rows else number
            self._put(place, piece)
            rows.append(description(place, piece))
        return rows

    def _new_page(self) -> int:
        self._last_page += 1
        return self._last_page

    def _put(self, number: int, page: DayPage) -> None:
        self._pages[number] = page
        self._changed[number] = None


def _overlapping(parts: DayParts, until: tuple[int, ...], slot: SupervisedSlot) -> list[int]:
    """The places of the pages that may overlap a slot, by the ends of their slots of a kind."""
    start, end, starts = micros(slot.start_time), micros(slot.end_time), parts.starts
    return [n for n in range(bisect_left(starts, end)) if until[n] > start and until[n] > starts[n]]
