"""The search among many documented times finds what looking at each of them finds."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stream_edits.policies.shared.clock import Interval, overlap
from stream_edits.policies.shared.overlaps import Times

_BEGIN = datetime(2025, 1, 15, 8)


def _interval(start: int, length: int) -> Interval:
    begun = _BEGIN + timedelta(minutes=start)
    return begun, begun + timedelta(minutes=length)


_longer = st.builds(_interval, st.integers(0, 40), st.integers(1, 15))
_any = st.builds(_interval, st.integers(-5, 45), st.integers(0, 30))


def _uncovered_minutes(start: datetime, end: datetime, others: Iterable[Interval]) -> float:
    left = timedelta()
    free_from = start
    for other_start, other_end in sorted(others):
        if other_end <= other_start:
            continue
        if other_start >= end:
            break
        left += max(other_start - free_from, timedelta())
        free_from = max(free_from, other_end)
    left += max(end - free_from, timedelta())
    return left / timedelta(minutes=1)


@given(st.lists(_longer, max_size=20), _any)
def test_it_finds_the_first_time_that_overlaps(times: list[Interval], asked: Interval) -> None:
    found = [place for place, each in enumerate(times) if overlap(*each, *asked)]
    assert Times(times).first(*asked) == (found[0] if found else None)


@given(st.lists(_longer, max_size=20), _any)
def test_it_knows_the_time_outside_all_of_them(times: list[Interval], asked: Interval) -> None:
    left = Times(times).uncovered(*asked) / timedelta(minutes=1)
    assert left == _uncovered_minutes(*asked, times)


def test_times_that_touch_are_no_overlap() -> None:
    times = Times([_interval(0, 10), _interval(20, 10)])
    assert times.first(*_interval(10, 10)) is None
    assert times.uncovered(*_interval(0, 30)) == timedelta(minutes=10)
    assert times.first(*_interval(9, 12)) == 0
    assert Times([]).first(*_interval(0, 10)) is None
