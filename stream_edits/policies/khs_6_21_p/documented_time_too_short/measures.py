"""What the documented times of an encounter support, for each line with a timed code."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.apart import are_apart
from stream_edits.policies.khs_6_21_p.documented_time_too_short.families import (
    families,
    incidental_lines,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.hour_units import HourUnits
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    goes_on,
    has_added_form,
    hours_after_the_first,
    is_hydration,
    is_too_short,
    needed_by,
    push_of,
    role_of,
    times_of,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.measure import (
    Measure,
    each_alone,
    resting_on,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.remaining import (
    is_second_hydration,
    is_to_be_an_hour,
    should_lead,
    stands,
)
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import (
    TimeRules,
    is_discontinued,
    time_of,
)
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    has_separate_site,
    is_additional_hour,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import (
    Role,
    VocabularyRules,
)
from stream_edits.policies.shared.clock import covered_minutes
from stream_edits.policies.shared.time_needed import TimeNeeded


def measures(encounter: Encounter) -> list[Measure]:
    """The measure of each open timed line, in order of arrival."""
    found: list[Measure] = []
    given = encounter
    for lines in families(encounter):
        if are_apart(lines):
            measured = each_alone(lines)
        else:
            measured = _family(encounter, lines, incidental_lines(given, lines))
        found += measured
        gone = {x.line.position for x in measured if not x.supported and _is_taken_off(x.line)}
        if gone:
            # These outrank nothing in the families that follow.
            encounter = encounter.only([x for x in encounter.lines if x.position not in gone])
    return found if len(found) < 2 else sorted(found, key=lambda measure: measure.line.place)


def _family(
    encounter: Encounter, lines: Sequence[EncounterLine], incidental: Sequence[EncounterLine]
) -> list[Measure]:
    """The measures of one family. ``incidental`` is its hydration that runs beside an infusion.

    Incidental hours are not measured. Where the initial line is incidental, the others must be long
    enough with it, and also without it, because its minutes go with it.
    """
    if not incidental:
        return _Infusions(encounter, lines).measures()
    gone = {x.position for x in incidental}
    rest = [x for x in lines if x.position not in gone]
    initial = {x.position for x in incidental if not is_additional_hour(x)}
    if not initial:
        return _Infusions(encounter, rest).measures()
    kept = [x for x in lines if x.position in initial or x.position not in gone]
    without = {x.line.position: x for x in _Infusions(encounter, rest).measures()}
    return [
        min(x, without.get(x.line.position, x), key=attrgetter("supported"))
        for x in _Infusions(encounter, kept).measures()
    ]


def _is_taken_off(line: EncounterLine) -> bool:
    """Whether no push is billed instead of a line whose time supports nothing."""
    return not is_discontinued(line) and not push_of(line)


def _the_most(found: Iterable[Measure]) -> list[Measure]:
    """Of several measures of a line, the one that supports most."""
    best: dict[int, Measure] = {}
    for each in found:
        known = best.get(each.line.position)
        if known is None or each.supported > known.supported:
            best[each.line.position] = each
    return list(best.values())


class _Infusions:
    """The infusions of one family in an encounter."""

    def __init__(self, encounter: Encounter, lines: Sequence[EncounterLine]) -> None:
        self._encounter = encounter
        self._lines = lines
        self._hours = [x for x in lines if is_additional_hour(x)]
        self._infusions = [x for x in lines if not is_additional_hour(x)]
        self._paid_hours = [x for x in self._hours if x.decided]
        self._units = HourUnits(encounter, self._hours, self._infusions)

    def measures(self) -> list[Measure]:
        """The measure of each open line that documents its time."""
        only = self._only_infusion()
        if only is None or time_of(only) is None:
            return self._each_by_itself()
        further: list[EncounterLine] = []
        if is_hydration(only):
            further = [x for x in self._infusions if x is not only and goes_on(x, only)]
        together = [*further, *self._hours]
        gone_on = {x.position for x in further}
        if not all(map(time_of, together)):
            # What a line without times would add is not known.
            untimed = {x.position for x in together if time_of(x) is None}
            known = [x for x in self._lines if x.position not in untimed]
            others = _Infusions(self._encounter, known).measures()
            apart = [x for x in self._each_by_itself() if x.line.position not in gone_on]
            return _the_most([*apart, *others])
        alone = [x for x in self._infusions if x is not only and x.position not in gone_on]
        return self._one_infusion(only, together) + each_alone(alone)

    def _each_by_itself(self) -> list[Measure]:
        return each_alone(self._infusions) + self._units.by_run(0.0)

    def _one_infusion(
        self, only: EncounterLine, together: Sequence[EncounterLine]
    ) -> list[Measure]:
        """The measures of an infusion and of its hours, all with documented times."""
        minutes = covered_minutes(times_of([only, *together]))
        if self._paid_hours and is_to_be_an_hour(self._encounter, only):
            # The hours of decided claims count first, and it would be rebilled as one more.
            needed = needed_by(self._hours[0])
            return self._units.in_order([only, *together], minutes, needed.supported_units(minutes))
        leads = role_of(only) is Role.INITIAL or should_lead(self._encounter, only)
        if not leads:
            hours = [resting_on(only, x) for x in self._units.by_run(minutes)]
        else:
            hours = [resting_on(only, x) for x in self._after(only, together, minutes)]
        if only.decided:
            return hours
        return [Measure(only, minutes, self._first_hour(only, minutes, leads)), *hours]

    def _first_hour(self, only: EncounterLine, minutes: float, leads: bool) -> float:
        """The units of an infusion: by its own time or, if it is the initial one, by ``minutes``.

        Minutes that a decided hour was paid for count no more.
        """
        paid = covered_minutes(times_of(self._paid_hours)) if self._paid_hours else 0.0
        whole = needed_by(only).supported_units(minutes - paid) if leads else 0.0
        is_initial = role_of(only) is Role.INITIAL
        if is_initial and not paid:
            return whole
        # Further units of a sequential infusion need their own time.
        own = max((x.supported for x in each_alone([only])), default=0.0)
        return max(own, whole if is_initial else min(whole, 1.0))

    def _after(
        self, only: EncounterLine, hours: Sequence[EncounterLine], minutes: float
    ) -> list[Measure]:
        """The measures of the hours after the first one of an infusion of ``minutes``."""
        if not hours:
            return []
        needed = self._needed_by_an_hour(only)
        if needed is None:
            # These are too short only where all minutes are too few for the first hour.
            is_long_enough = needed_by(only).supported_units(minutes)
            return [] if is_long_enough else self._units.in_order(hours, minutes, 0.0)
        supported = hours_after_the_first(minutes, needed)
        if is_second_hydration(self._encounter, hours, only):
            alone = covered_minutes(times_of(hours))
            if needed.supported_units(alone) > supported:
                return self._units.in_order(hours, alone, needed.supported_units(alone))
        return self._units.in_order(hours, minutes, supported, float(needed.each_further_unit or 0))

    def _needed_by_an_hour(self, only: EncounterLine) -> TimeNeeded | None:
        """The minutes that the hours after the first need, None if the policy does not say.

        Only hydration has hours that were billed as further initial services. A plan may leave
        its code without an add-on form, or that form without minutes.
        """
        if self._hours:
            return needed_by(self._hours[0])
        form = only.policy[VocabularyRules].add_on_form.get(only.code)
        return only.policy[TimeRules].minutes_needed.get(form) if form else None

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

        Further ones of the same site are denied, or are rebilled as hours of the hydration, which
        goes on after an interruption.
        """
        second_sites = [x for x in infusions if has_separate_site(x)]
        same_site = [x for x in infusions if not has_separate_site(x)]
        only = (second_sites + same_site)[0]
        remaining = len(second_sites)
        if second_sites and same_site:
            remaining += stands(self._encounter, same_site[0])
        return only if remaining <= 1 and needed_by(only).more_than is None else None
