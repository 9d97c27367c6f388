"""Documented times: minutes and overlaps.

Times are local wall-clock time. An interval is [start, end), so two intervals that only touch do
not overlap. An interval whose end is not after its start is empty.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]

_MINUTE = timedelta(minutes=1)


def minutes(start: datetime, end: datetime) -> float:
    """The minutes of [start, end), with fractions; 0 for an empty interval."""
    return max((end - start) / _MINUTE, 0.0)


def overlap(a_start: datetime, a_end: datetime, b_start: datetime, b_end: datetime) -> bool:
    """Whether two intervals share any time."""
    return max(a_start, b_start) < min(a_end, b_end)


def covered_minutes(intervals: Iterable[Interval]) -> float:
    """The minutes that the intervals cover together. Minutes in several of them count once."""
    covered = timedelta()
    last = datetime.min
    for start, end in sorted(intervals):
        covered += max(end - max(start, last), timedelta())
        last = max(last, end)
    return covered / _MINUTE


def runs(intervals: Mapping[int, Interval]) -> list[set[int]]:
    """The keys of the intervals, grouped into runs: those that touch or overlap each other."""
    found: list[set[int]] = []
    last = datetime.min
    for key in sorted(intervals, key=lambda key: intervals[key]):
        start, end = intervals[key]
        if not found or start > last:
            found.append(set())
        found[-1].add(key)
        last = max(last, end)
    return found
