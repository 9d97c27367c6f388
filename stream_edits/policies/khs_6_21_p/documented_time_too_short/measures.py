"""What the documented times of an encounter support, for each line with a timed code."""

from collections.abc import Iterable, Sequence
from functools import reduce

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.apart import are_apart
from stream_edits.policies.khs_6_21_p.documented_time_too_short.families import (
    families,
    incidental_lines,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.hours import (
    Hours,
    hours_beside,
    runs_of,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    goes_on,
    has_added_form,
    hours_after_the_first,
    is_discontinued,
    is_hydration,
    is_too_short,
    needed_by,
    push_of,
    role_of,
    time_of,
    times_of,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.measure import (
    Measure,
    each_alone,
    resting_on,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.remaining import (
    add_to_another,
    is_second_hydration,
    is_to_be_an_hour,
    should_lead,
    stands,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.rules import Rules
from stream_edits.policies.khs_6_21_p.vocabulary.claims_before import ClaimsBefore
from stream_edits.policies.khs_6_21_p.vocabulary.lines import has_separate_site
from stream_edits.policies.khs_6_21_p.vocabulary.rules import (
    Role,
    VocabularyRules,
)
from stream_edits.policies.shared.clock import covered_minutes


def measures(encounter: Encounter) -> list[Measure]:
    """The measure of each open timed line, in order of arrival."""
    found: list[Measure] = []
    given = encounter
    for lines in families(encounter):
        if are_apart(lines):
            measured = each_alone(lines)
        else:
            # Hours beside an infusion, also a denied one, give no time to the rest.
            incidental = incidental_lines(given, lines)
            remaining = [x for x in lines if x not in incidental] if incidental else lines
            measured = _Infusions(encounter, remaining).measures()
        found += measured
        gone = {x.line.position for x in measured if _is_taken_off(x)}
        if gone:
            # These outrank nothing in the families that follow.
            encounter = encounter.only([x for x in encounter.lines if x.position not in gone])
    return sorted(found, key=lambda measure: measure.line.place)


def _is_taken_off(measure: Measure) -> bool:
    """Whether the time of a line supports nothing, and no push is billed instead."""
    return not measure.supported and not is_discontinued(measure.line) and not push_of(measure.line)


class _Infusions:
    """The infusions of one family in an encounter."""

    def __init__(self, encounter: Encounter, lines: Sequence[EncounterLine]) -> None:
        self._encounter = encounter
        self._hours = [x for x in lines if role_of(x) is Role.ADDITIONAL_HOUR]
        self._infusions = [x for x in lines if role_of(x) is not Role.ADDITIONAL_HOUR]

    def measures(self) -> list[Measure]:
        """The measure of each open line that documents its time."""
        only = self._only_infusion()
        apart = [x for x in self._infusions if x is not only]
        further = [x for x in apart if goes_on(x)] if only and is_hydration(only) else []
        alone = [x for x in apart if not further or not goes_on(x)]
        together = [*further, *self._hours]
        if only is None or not all(time_of(x) for x in [only, *together]):
            # The time of the infusion is not known as a whole.
            return each_alone(self._infusions) + self._hours_by_run(0.0)
        minutes = covered_minutes(times_of([only, *together]))
        if any(x.decided for x in self._hours) and is_to_be_an_hour(self._encounter, only):
            # The hours of decided claims count first, and it would be rebilled as one more.
            needed = only.policy[Rules].minutes_needed[self._hours[0].code]
            supported = needed.supported_units(minutes)
            return each_alone(alone) + self._in_order([only, *together], minutes, supported)
        is_initial = role_of(only) is Role.INITIAL
        first = needed_by(only).supported_units(minutes)
        if not is_initial:
            # The whole time makes it an infusion; further ones need their own time.
            first = max([min(first, 1.0), *(each.supported for each in each_alone([only]))])
        if not is_initial and not should_lead(self._encounter, only):
            hours = [resting_on(only, x) for x in self._hours_by_run(minutes)]
        elif self._hours and add_to_another(self._encounter, self._hours, only):
            hours = self._hours_by_run(0.0, [])
        else:
            hours = [resting_on(only, x) for x in self._after(only, together, minutes)]
        found = [] if only.decided else [Measure(only, minutes, first)]
        return found + each_alone(alone) + hours

    def _after(
        self, only: EncounterLine, hours: Sequence[EncounterLine], minutes: float
    ) -> list[Measure]:
        """The measures of the hours after the first one of an infusion of ``minutes``."""
        if not hours:
            return []
        code = next((x.code for x in self._hours), None)
        if code is None:
            # Only hydration has hours that were billed as further initial services.
            code = only.policy[VocabularyRules].add_on_form[only.code]
        needed = only.policy[Rules].minutes_needed[code]
        supported = hours_after_the_first(minutes, needed)
        if is_second_hydration(self._encounter, hours, only):
            alone = covered_minutes(times_of(hours))
            if needed.supported_units(alone) > supported:
                return self._in_order(hours, alone, needed.supported_units(alone))
        return self._in_order(hours, minutes, supported, float(needed.each_further_unit or 0))

    def _only_infusion(self) -> EncounterLine | None:
        """The infusion, if there is one: infusions too short for their code count as pushes."""
        infusions = self._infusions
        if len(infusions) > 1:
            infusions = [x for x in infusions if not is_too_short(x)] or self._bags()
        if infusions and (is_hydration(infusions[0]) or not has_added_form(infusions[0])):
            return self._only_site(infusions)
        only = infusions[0] if len(infusions) == 1 else None
        if only is None or needed_by(only).more_than is not None:
            return None
        if role_of(only) is Role.INITIAL or self._encounter.allowed_units(only) <= 1:
            return only
        is_cut_to_one = [x.supported for x in each_alone([only])] == [1.0]
        return only if is_cut_to_one and not is_discontinued(only) else None

    def _bags(self) -> list[EncounterLine]:
        """The initial hydration lines of the first site, which may be long enough together."""
        return [x for x in self._infusions if is_hydration(x) and not has_separate_site(x)]

    def _only_site(self, infusions: Sequence[EncounterLine]) -> EncounterLine | None:
        """The initial service of a family without sequential ones, if one remains.

        Further ones of the same site are taken off, or are rebilled as hours of the hydration,
        which goes on after an interruption.
        """
        second_sites = [x for x in infusions if has_separate_site(x)]
        same_site = [x for x in infusions if not has_separate_site(x)]
        only = (second_sites + same_site)[0]
        remaining = len(second_sites)
        if second_sites and same_site:
            remaining += stands(self._encounter, same_site[0])
        return only if remaining <= 1 and needed_by(only).more_than is None else None

    def _hours_by_run(
        self, whole_infusion: float, infusions: Sequence[EncounterLine] | None = None
    ) -> list[Measure]:
        """The additional hours: those of one site whose times touch or overlap are one run.

        If they belong to one infusion of ``whole_infusion`` minutes, they may be measured by it.
        ``infusions`` are those of their visit, by default all.
        """
        beside = self._infusions if infusions is None else infusions
        found: list[Measure] = []
        has_two_sites = len({has_separate_site(x) for x in self._infusions}) > 1
        by_site: dict[tuple[str, bool], list[EncounterLine]] = {}
        for line in filter(time_of, self._hours):
            site = has_two_sites and has_separate_site(line)
            by_site.setdefault((line.code, site), []).append(line)
        for (_, site), lines in by_site.items():
            of_site = [x for x in beside if not has_two_sites or has_separate_site(x) is site]
            own = [] if is_hydration(lines[0]) else of_site
            found += self._by_run(hours_beside(runs_of(lines), own), whole_infusion)
        return found

    def _by_run(self, found_runs: list[Hours], whole: float) -> Iterable[Measure]:
        """Each run has its own time; units that only the whole supports go to the first."""
        needed = needed_by(found_runs[0].lines[0])
        own = [
            max(
                needed.supported_units(run.minutes - run.first_hour),
                sum(map(needed.supported_units, run.apart)),
            )
            for run in found_runs
        ]
        billed = [self._billed(run.lines) for run in found_runs]
        spare = hours_after_the_first(whole, needed) - sum(map(min, own, billed)) if whole else 0.0
        for run, supported, units in zip(found_runs, own, billed, strict=True):
            more = min(max(units - supported, 0.0), max(spare, 0.0))
            total = supported + more
            for measure in self._in_order(run.lines, run.minutes, total, run.first_hour):
                yield reduce(lambda known, x: resting_on(x, known), run.infusions, measure)
            spare -= more

    def _billed(self, lines: Iterable[EncounterLine]) -> float:
        return sum(self._encounter.allowed_units(x) for x in lines if not is_discontinued(x))

    def _in_order(
        self,
        lines: Sequence[EncounterLine],
        minutes: float,
        supported: float,
        first_hour: float = 0.0,
    ) -> list[Measure]:
        """Supported units go to decided lines first, then to open ones in order.

        A discontinued line is not measured, so it uses up none.
        """
        allowed = self._encounter.allowed_units
        measured = [x for x in lines if not is_discontinued(x)]
        counted = sum(allowed(line) for line in measured if line.decided)
        code = self._hours[0].code if self._hours else None
        before = ClaimsBefore(measured).claims
        found = []
        for line in sorted(lines, key=lambda x: x.place):
            if not line.decided:
                own = max(supported - counted, 0.0)
                found.append(Measure(line, minutes, own, first_hour, counted, before(line), code))
                counted += 0.0 if is_discontinued(line) else min(allowed(line), own)
        return found
