"""The minutes of additional hours, where they do not all belong to one infusion."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    is_too_short,
    needed_by,
    time_of,
    times_of,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.rules import Rules
from stream_edits.policies.shared.clock import Interval, covered_minutes, overlap, runs


class Hours(NamedTuple):
    """A run of additional hours, with its minutes and those of the infusion that it goes on.

    ``first_hour`` are those among the minutes that the codes of infusions stand for already.
    ``infusions`` are the lines of these.
    """

    lines: Sequence[EncounterLine]
    minutes: float
    first_hour: float = 0.0
    infusions: tuple[EncounterLine, ...] = ()


def runs_of(lines: list[EncounterLine]) -> list[list[EncounterLine]]:
    """Timed lines of one code whose times touch or overlap; all if they are measured together."""
    if lines[0].code in lines[0].policy[Rules].measured_together:
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

    A run that begins within an infusion was charted over it, so the first hour of the infusion is
    not an additional one. Any other goes on with the infusion before it: it has its own minutes,
    and those of that infusion beyond the first hour.
    """
    timed = [x for x in infusions if _has_first_hour(x)]
    found, told = [], set[int]()
    for run in found_runs:
        begin = min(start for start, _ in times_of(run))
        beside = [x for x in timed if _overlaps(x, times_of(run))]
        before = [x for x in timed if x.end is not None and x.end <= begin]
        begun = [x for x in beside if x.start is not None and x.start <= begin]
        if begun or (beside and not before):
            hours = _charted_over(run, begun or beside, timed)
        else:
            hours = _after(run, before, told)
        told |= {x.position for x in (*beside, *hours.infusions)}
        found.append(hours)
    return found


def _has_first_hour(line: EncounterLine) -> bool:
    """Whether a line is an infusion of known time whose code stands for its first hour."""
    return (
        time_of(line) is not None and needed_by(line).more_than is None and not is_too_short(line)
    )


def _overlaps(line: EncounterLine, times: Iterable[Interval]) -> bool:
    return any(overlap(*own, *time) for own in times_of([line]) for time in times)


def _charted_over(
    run: Sequence[EncounterLine], beside: Sequence[EncounterLine], timed: Sequence[EncounterLine]
) -> Hours:
    """The run with the infusion among ``beside`` that leaves it most."""
    found = [_with(run, each, timed) for each in beside]
    return max(found, key=lambda hours: hours.minutes - hours.first_hour)


def _with(
    run: Sequence[EncounterLine], infusion: EncounterLine, timed: Sequence[EncounterLine]
) -> Hours:
    """The run and an infusion, without its first hour and those of others within the run."""
    times = times_of(run)
    within = [
        x
        for x in timed
        if x is not infusion
        and not _overlaps(x, times_of([infusion]))
        and covered_minutes([*times, *times_of([x])]) == covered_minutes(times)
    ]
    taken = (infusion, *within)
    first_hours = sum(_first_hour(run[0], x) for x in taken)
    return Hours(run, covered_minutes(times_of([*run, infusion])), first_hours, taken)


def _after(run: Sequence[EncounterLine], before: list[EncounterLine], told: set[int]) -> Hours:
    """The run with the last infusion before it, if that was longer than its first hour."""
    own = covered_minutes(times_of(run))
    if before:
        infusion = max(before, key=lambda x: x.end or datetime.min)
        length = covered_minutes(times_of([infusion]))
        first_hour = _first_hour(run[0], infusion)
        if length > first_hour and infusion.position not in told:
            return Hours(run, own + length, first_hour, (infusion,))
    return Hours(run, own)


def _first_hour(hour: EncounterLine, infusion: EncounterLine) -> float:
    """The minutes of an infusion that its own code stands for."""
    an_hour = float(needed_by(hour).each_further_unit or 0)
    return min(covered_minutes(times_of([infusion])), an_hour)
