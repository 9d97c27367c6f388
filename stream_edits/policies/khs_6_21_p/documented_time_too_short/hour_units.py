"""The units of additional hours that documented minutes support, line by line."""

from collections.abc import Iterable, Sequence
from functools import reduce

from stream_edits.policies.encounter import Encounter, EncounterLine, place_of
from stream_edits.policies.khs_6_21_p.documented_time_too_short.hours import Hours
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    hours_after_the_first,
    needed_by,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.measure import (
    Measure,
    resting_on,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.sites import Sites
from stream_edits.policies.khs_6_21_p.vocabulary.claims_before import ClaimsBefore
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import (
    is_discontinued,
    time_of,
)


class HourUnits:
    """The additional hours of one family in an encounter, beside its infusions."""

    def __init__(
        self,
        encounter: Encounter,
        hours: Sequence[EncounterLine],
        infusions: Sequence[EncounterLine],
    ) -> None:
        self._encounter = encounter
        self._hours = hours
        self._infusions = infusions

    def by_run(self, whole_infusion: float) -> list[Measure]:
        """The additional hours: those whose times touch or overlap are one run.

        If they belong to one infusion of ``whole_infusion`` minutes, they may be measured by it.
        """
        sites = Sites(self._infusions, self._billed)
        by_code: dict[str, list[EncounterLine]] = {}
        for line in filter(time_of, self._hours):
            by_code.setdefault(line.code, []).append(line)
        found: list[Measure] = []
        for lines in by_code.values():
            found += self._of_runs(sites.hours(lines), whole_infusion)
        return found

    def _of_runs(self, found_runs: list[Hours], whole: float) -> Iterable[Measure]:
        """Each run has its own time; units that only the whole supports go to the first."""
        needed = needed_by(found_runs[0].lines[0])
        own = [run.supported for run in found_runs]
        billed = [self._billed(run.lines) for run in found_runs]
        spare = hours_after_the_first(whole, needed) - sum(map(min, own, billed)) if whole else 0.0
        for run, supported, units in zip(found_runs, own, billed, strict=True):
            more = min(max(units - supported, 0.0), max(spare, 0.0))
            total = supported + more
            for measure in self._of_run(run, total):
                yield reduce(lambda known, x: resting_on(x, known), run.infusions, measure)
            spare -= more

    def _of_run(self, run: Hours, supported: float) -> list[Measure]:
        first = run.first_hour
        units = supported + run.taken
        return self.in_order(run.lines, run.minutes, units, first, run.taken, run.takers)

    def _billed(self, lines: Iterable[EncounterLine]) -> float:
        return sum(self._encounter.allowed_units(x) for x in lines if not is_discontinued(x))

    def in_order(
        self,
        lines: Sequence[EncounterLine],
        minutes: float,
        supported: float,
        first_hour: float = 0.0,
        taken: float = 0.0,
        takers: Sequence[EncounterLine] = (),
    ) -> list[Measure]:
        """Supported units go to decided lines first, then to open ones in order.

        A discontinued line is not measured, so it uses up none. The lines ``takers`` have ``taken``
        some of the units before.
        """
        allowed = self._encounter.allowed_units
        measured = [x for x in lines if not is_discontinued(x)]
        counted = taken + sum(allowed(line) for line in measured if line.decided)
        hour = self._hours[0] if self._hours else None
        before = ClaimsBefore([*takers, *measured]).claims
        found = []
        for line in sorted(lines, key=place_of):
            if not line.decided:
                own = max(supported - counted, 0.0)
                found.append(Measure(line, minutes, own, first_hour, counted, before(line), hour))
                counted += 0.0 if is_discontinued(line) else min(allowed(line), own)
        return found
