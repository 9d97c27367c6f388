"""Which lines of a claim are of a second visit of their day (docs/spec/edits.md, Vocabulary)."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cached_property
from itertools import accumulate

from stream_edits.domain.claim import ClaimEvent, ServiceLine

Times = tuple[datetime, datetime]


def is_timed(line: ServiceLine) -> bool:
    """Whether a line says when it was given. One for several days does not say on which day."""
    start, end = line.start_time, line.end_time
    return start is not None and end is not None and start <= end and not line.spans_days


def times_of(line: ServiceLine) -> Times:
    """The documented start and end of a line. Raises LookupError if it has none."""
    if line.start_time is None or line.end_time is None:
        raise LookupError("the line has no documented times")
    return line.start_time, line.end_time


class SecondVisits:
    """The second visits of a claim, which may have thousands of lines.

    ``modifier`` marks their lines, None if nothing does. ``stay`` are the codes of services that
    the patient gets there: a pump that is worn home runs on during a second visit.
    """

    def __init__(self, claim: ClaimEvent, modifier: str | None, stay: Collection[str]) -> None:
        self._claim = claim
        self._modifier = modifier
        self._stay = stay

    def has(self, line: ServiceLine) -> bool:
        """Whether the line's modifier for a second visit counts.

        It does not if the documented time of the line overlaps that of a line of ``stay`` without
        the modifier, of the same claim and day.
        """
        if self._modifier is None or self._modifier not in line.modifiers:
            return False
        first = self._first.get(line.service_date) if is_timed(line) else None
        return first is None or not first.overlap(*times_of(line))

    @cached_property
    def _first(self) -> "dict[date, _Intervals]":
        """The times of the first visit of each day."""
        times: dict[date, list[Times]] = {}
        for line in self._claim.lines:
            if (
                line.procedure_code in self._stay
                and self._modifier not in line.modifiers
                and is_timed(line)
            ):
                times.setdefault(line.service_date, []).append(times_of(line))
        return {day: _Intervals(own) for day, own in times.items()}


class _Intervals:
    """Documented times. A single moment overlaps what surrounds it."""

    def __init__(self, times: Iterable[Times]) -> None:
        own = sorted(times)
        self._moments = [start for start, end in own if start == end]
        self._starts = [start for start, end in own if start != end]
        # The last end of those that start no later.
        self._ends = list(accumulate((end for start, end in own if start != end), max))

    def overlap(self, start: datetime, end: datetime) -> bool:
        """Whether any of them shares time with another one."""
        before = bisect_left(self._starts, end)
        if before and self._ends[before - 1] > start:
            return True
        after = bisect_right(self._moments, start)
        return after < len(self._moments) and self._moments[after] < end
