"""Which of many documented times overlap another one."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from stream_edits.policies.shared.clock import Interval

# Times that neither touch nor overlap each other: their starts and their ends, in order.
_Union = tuple[list[datetime], list[datetime]]


class Times:
    """Documented times in an order of their own, none of them empty.

    They are the leaves of a tree whose nodes have all the time of those below. So a search looks at
    few of them, where a claim may have thousands.
    """

    def __init__(self, times: Sequence[Interval]) -> None:
        level: list[_Union] = [([start], [end]) for start, end in times]
        self._levels = [level]
        while len(level) > 1:
            level = [_united(level[place : place + 2]) for place in range(0, len(level), 2)]
            self._levels.append(level)
        self._starts, self._ends = level[0] if level else ([], [])
        self._covered = [timedelta()]
        for start, end in zip(self._starts, self._ends, strict=True):
            self._covered += [self._covered[-1] + (end - start)]

    def first(self, start: datetime, end: datetime) -> int | None:
        """The place of the first time that overlaps [start, end), None if none does."""
        top = self._levels[-1]
        if not top or not _overlaps(top[0], start, end):
            return None
        place = 0
        for level in reversed(self._levels[:-1]):
            place *= 2
            if not _overlaps(level[place], start, end):
                place += 1
        return place

    def uncovered(self, start: datetime, end: datetime) -> timedelta:
        """The part of [start, end) outside all of them."""
        return end - start - (self._until(end) - self._until(start))

    def _until(self, moment: datetime) -> timedelta:
        """The time that they cover before a moment."""
        place = bisect_left(self._starts, moment)
        covered = self._covered[place]
        return covered - max(self._ends[place - 1] - moment, timedelta()) if place else covered


def _united(unions: Iterable[_Union]) -> _Union:
    starts: list[datetime] = []
    ends: list[datetime] = []
    for start, end in sorted([time for each in unions for time in zip(*each, strict=True)]):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts += [start]
            ends += [end]
    return starts, ends


def _overlaps(union: _Union, start: datetime, end: datetime) -> bool:
    starts, ends = union
    before = bisect_left(starts, end)
    return before > 0 and ends[before - 1] > start and start < end
