"""The minutes of additional hours, where they do not all belong to one infusion."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    is_too_short,
    needed_by,
    times_of,
)
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import (
    TimeRules,
    time_of,
)
from stream_edits.policies.shared.clock import covered_minutes, minutes, runs


class Hours(NamedTuple):
    """A run of additional hours, with its minutes and those of the infusion that it goes on.

    ``first_hour`` are those among the minutes that the codes of infusions stand for already.
    ``infusions`` are the lines of these. ``apart`` are the minutes of each of them beyond its first
    hour, where the run was charted over several. Where the hours may be of several sites,
    ``in_all`` are the units of these, of which the lines ``takers`` have ``taken`` some.
    """

    lines: Sequence[EncounterLine]
    minutes: float
    first_hour: float = 0.0
    infusions: tuple[EncounterLine, ...] = ()
    apart: tuple[float, ...] = ()
    in_all: float | None = None
    taken: float = 0.0
    takers: Sequence[EncounterLine] = ()

    @property
    def supported(self) -> float:
        """The units of the lines: by all minutes together or by each infusion, if that is more."""
        if self.in_all is not None:
            return max(self.in_all - self.taken, 0.0)
        needed = needed_by(self.lines[0])
        together = needed.supported_units(self.minutes - self.first_hour)
        return max(together, sum(map(needed.supported_units, self.apart)))


def runs_of(lines: Sequence[EncounterLine]) -> Sequence[Sequence[EncounterLine]]:
    """Timed lines of one code whose times touch or overlap; all if they are measured together."""
    if lines[0].code in lines[0].policy[TimeRules].measured_together:
        return [lines]
    by_time = {x.position: time for x in lines if (time := time_of(x)) is not None}
    found: list[list[EncounterLine]] = []
    run_of: dict[int, list[EncounterLine]] = {}
    for run in runs(by_time):
        found.append([])
        run_of |= dict.fromkeys(run, found[-1])
    for line in lines:
        if line.position in run_of:
            run_of[line.position].append(line)
    return found


def hours_beside(
    found_runs: Iterable[Sequence[EncounterLine]], infusions: Iterable[EncounterLine]
) -> list[Hours]:
    """The runs of one code, each with the minutes that no infusion of its family takes.

    The runs are in order of time. One that begins within an infusion was charted over it, so the
    first hour of the infusion is not an additional one. Any other goes on with the infusion before
    it: it has its own minutes, and those of that infusion beyond the first hour.
    """
    beside = _InOrderOfTime(infusions)
    return [beside.with_run(run) for run in found_runs]


def counts_as_infusion(line: EncounterLine) -> bool:
    """Whether hours may go on with an infusion: not with a pump, nor with one that was a push."""
    return needed_by(line).more_than is None and not is_too_short(line)


class _Timed(NamedTuple):
    """An infusion of known time whose code stands for its first hour."""

    start: datetime
    end: datetime
    line: EncounterLine

    @property
    def minutes(self) -> float:
        """Its length."""
        return minutes(self.start, self.end)

    def first_hour(self, hour: EncounterLine) -> float:
        """The minutes that the infusion's own code stands for; the hour's code says the rest."""
        return min(self.minutes, float(needed_by(hour).each_further_unit or 0))


class _InOrderOfTime:
    """The infusions of a family, of which each run takes the one that it continues.

    A claim may have thousands of lines, so each infusion is looked at for one run only.
    """

    def __init__(self, infusions: Iterable[EncounterLine]) -> None:
        by_time: dict[tuple[datetime, datetime], EncounterLine] = {}
        for line in infusions:
            time = time_of(line)
            if time is not None and counts_as_infusion(line):
                by_time.setdefault(time, line)
        self._timed = sorted(_Timed(*time, line) for time, line in by_time.items())
        self._starts = [x.start for x in self._timed]
        self._by_end = sorted(self._timed, key=attrgetter("end"))
        self._ends = [x.end for x in self._by_end]
        # The first infusion that had not ended when the last run began.
        self._going_on = 0
        # Those whose time belongs to a run already, by position.
        self._spent: set[int] = set()

    def with_run(self, run: Sequence[EncounterLine]) -> Hours:
        """The run with the infusion that it continues, if that changes its minutes."""
        times = times_of(run)
        begin, end = min(times)[0], max(time[1] for time in times)
        inside = self._timed[bisect_left(self._starts, begin) : bisect_left(self._starts, end)]
        over, before = self._over(begin), self._before(begin)
        if over is None and before is None and inside:
            over = inside[0]
        if over is not None:
            hours = self._charted_over(run, over, inside, end)
            longest = max((over, *inside), key=attrgetter("minutes"))
            if longest is not over and longest.start < over.end:
                # Of two infusions at once, the hours may be those of the longer one.
                other = self._charted_over(run, longest, inside, end)
                hours = max(hours, other, key=attrgetter("supported"))
        else:
            hours = self._after(run, before)
        self._spent |= {x.line.position for x in inside}
        self._spent |= {x.position for x in hours.infusions}
        return hours

    def _over(self, begin: datetime) -> _Timed | None:
        """The first infusion that a run begins within."""
        timed = self._timed
        while self._going_on < len(timed) and timed[self._going_on].end <= begin:
            self._going_on += 1
        found = timed[self._going_on] if self._going_on < len(timed) else None
        return found if found is not None and found.start <= begin else None

    def _before(self, begin: datetime) -> _Timed | None:
        """The last infusion that had ended when a run began."""
        place = bisect_right(self._ends, begin)
        return self._by_end[place - 1] if place else None

    def _charted_over(
        self, run: Sequence[EncounterLine], over: _Timed, inside: Iterable[_Timed], end: datetime
    ) -> Hours:
        """The run and an infusion, without its first hour and those of others within the run."""
        taken, last = [over], over.end
        for each in inside:
            if each.start >= last and each.end <= end:
                taken.append(each)
                last = each.end
        whole = covered_minutes([*times_of(run), (over.start, over.end)])
        first_hours = [x.first_hour(run[0]) for x in taken]
        lines = tuple(x.line for x in taken)
        if len(taken) == 1:
            return Hours(run, whole, first_hours[0], lines)
        # One drug after another: each is given from its start to that of the next.
        ends = [*(x.start for x in taken[1:]), max(end, last)]
        apart = tuple(
            minutes(infusion.start, until) - first_hour
            for infusion, until, first_hour in zip(taken, ends, first_hours, strict=True)
        )
        return Hours(run, whole, sum(first_hours), lines, apart)

    def _after(self, run: Sequence[EncounterLine], before: _Timed | None) -> Hours:
        """The run with the infusion before it, if that was longer than its first hour."""
        own = covered_minutes(times_of(run))
        if before is None or before.line.position in self._spent:
            return Hours(run, own)
        length, first_hour = before.minutes, before.first_hour(run[0])
        if length <= first_hour:
            return Hours(run, own)
        return Hours(run, own + length, first_hour, (before.line,))
