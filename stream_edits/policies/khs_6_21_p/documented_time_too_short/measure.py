"""The units that documented minutes support on a line."""

from collections.abc import Iterable
from typing import NamedTuple

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    needed_by,
)
from stream_edits.policies.shared.clock import minutes


class Measure(NamedTuple):
    """The units that documented minutes support on a line, after the lines before it.

    ``first_hour`` are the minutes of the infusion's own first hour among them. ``counted`` are the
    units of the lines before it. ``before`` are the other claims that these are on, and that of the
    infusion whose time it goes on. ``hour`` has the code of its units, where it may be another than
    that of the line.
    """

    line: EncounterLine
    minutes: float
    supported: float
    first_hour: float = 0.0
    counted: float = 0.0
    before: tuple[str, ...] = ()
    hour: EncounterLine | None = None


def resting_on(infusion: EncounterLine, measure: Measure) -> Measure:
    """The measure of an hour, which also rests on the claim of its infusion."""
    claim_id, own = infusion.claim_id, measure.line.claim_id
    if claim_id == own or claim_id in measure.before:
        return measure
    return measure._replace(before=(claim_id, *measure.before))


def each_alone(lines: Iterable[EncounterLine]) -> list[Measure]:
    """The measure of each open line by its own time."""
    found = []
    for line in lines:
        start, end = line.start, line.end
        if start and end and not line.decided:
            own = minutes(start, end)
            found.append(Measure(line, own, needed_by(line).supported_units(own)))
    return found
