"""What the documented times of an encounter support, for each line with a timed code."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.apart import are_apart
from stream_edits.policies.khs_6_21_p.documented_time_too_short.rules import Rules
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    add_ons,
    administration,
    has_separate_site,
    initials,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import (
    Family,
    Role,
    Technique,
    VocabularyRules,
)
from stream_edits.policies.shared.clock import Interval, covered_minutes, minutes, runs
from stream_edits.policies.shared.time_needed import TimeNeeded


class Measure(NamedTuple):
    """The units that documented minutes support on a line, after the lines before it.

    ``first_hour`` are the minutes of the infusion's own first hour among them. ``counted`` are the
    units of the lines before it, and ``before`` the other claims that these are on.
    """

    line: EncounterLine
    minutes: float
    supported: float
    first_hour: float = 0.0
    counted: float = 0.0
    before: tuple[str, ...] = ()


def measures(encounter: Encounter) -> list[Measure]:
    """The measure of each open timed line, in order of arrival."""
    found: list[Measure] = []
    for lines in _families(encounter).values():
        found += _each(lines) if are_apart(lines) else _Infusions(encounter, lines).measures()
    return sorted(found, key=lambda measure: measure.line.place)


def _families(encounter: Encounter) -> dict[tuple[Family, Technique], list[EncounterLine]]:
    """The active lines whose codes need time, by family and technique."""
    families: dict[tuple[Family, Technique], list[EncounterLine]] = {}
    for line in encounter.active:
        traits = administration(line)
        if traits is not None and line.code in line.policy[Rules].minutes_needed:
            families.setdefault((traits.family, traits.technique), []).append(line)
    return families


class _Infusions:
    """The infusions of one family in an encounter."""

    def __init__(self, encounter: Encounter, lines: Sequence[EncounterLine]) -> None:
        self._encounter = encounter
        self._hours = [x for x in lines if _role(x) is Role.ADDITIONAL_HOUR]
        self._infusions = [x for x in lines if _role(x) is not Role.ADDITIONAL_HOUR]

    def measures(self) -> list[Measure]:
        """The measure of each open line that documents its time."""
        only = self._only_infusion()
        apart = [x for x in self._infusions if x is not only]
        further = apart if only is not None and _is_hydration(only) else []
        together = [*further, *self._hours]
        if only is None or not all(_time_of(x) for x in [only, *together]):
            # The time of the infusion is not known as a whole.
            return _each(self._infusions) + self._hours_by_run(0.0)
        minutes = covered_minutes(_times([only, *together]))
        is_initial = _role(only) is Role.INITIAL
        first = _needed(only).supported_units(minutes)
        if not is_initial:
            # The whole time makes it an infusion; further ones need their own time.
            first = max([min(first, 1.0), *(each.supported for each in _each([only]))])
        if is_initial or self._should_lead(only):
            hours = self._after(only, together, minutes)
        else:
            hours = self._hours_by_run(minutes)
        found = [] if only.decided else [Measure(only, minutes, first)]
        return found + ([] if further else _each(apart)) + hours

    def _should_lead(self, line: EncounterLine) -> bool:
        """Whether no initial service that is long enough leads before a line of this family."""
        encounter = self._encounter
        rank = line.policy[VocabularyRules].rank
        own = rank(line.code) or 0
        others = [x for x in initials(encounter) if x not in self._infusions]
        same_site = [x for x in others if not has_separate_site(x)]
        higher = [x for x in same_site or others if not _is_too_short(x)]
        if not _has_added_form(line):
            # An add-on that outranks it has it taken off.
            higher += [x for x in add_ons(encounter) if rank(x.code) != own]
        return not any((rank(encounter.code_of(x)) or 0) <= own for x in higher)

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
        supported = _hours_after_the_first(minutes, needed)
        return self._in_order(hours, minutes, supported, float(needed.each_further_unit or 0))

    def _only_infusion(self) -> EncounterLine | None:
        """The infusion, if there is one: infusions too short for their code count as pushes."""
        infusions = self._infusions
        if len(infusions) > 1:
            infusions = [x for x in infusions if not _is_too_short(x)]
        if infusions and (_is_hydration(infusions[0]) or not _has_added_form(infusions[0])):
            return self._only_site(infusions)
        only = infusions[0] if len(infusions) == 1 else None
        if only is None or _needed(only).more_than is not None:
            return None
        if _role(only) is Role.INITIAL or self._encounter.allowed_units(only) <= 1:
            return only
        is_cut_to_one = [x.supported for x in _each([only])] == [1.0]
        return only if is_cut_to_one and not is_discontinued(only) else None

    def _only_site(self, infusions: Sequence[EncounterLine]) -> EncounterLine | None:
        """The initial service of a family without sequential ones, if one remains.

        Further ones of the same site are taken off, or are rebilled as hours of the hydration,
        which goes on after an interruption.
        """
        second_sites = [x for x in infusions if has_separate_site(x)]
        same_site = [x for x in infusions if not has_separate_site(x)]
        remaining = len(second_sites) + (bool(same_site) and self._should_lead(same_site[0]))
        only = (second_sites + same_site)[0]
        return only if remaining <= 1 and _needed(only).more_than is None else None

    def _hours_by_run(self, whole_infusion: float) -> list[Measure]:
        """The additional hours: those whose times touch or overlap are one run.

        If they belong to one infusion of ``whole_infusion`` minutes, they may be measured by it.
        """
        found: list[Measure] = []
        by_code: dict[str, list[EncounterLine]] = {}
        for line in self._hours:
            if _time_of(line) is not None:
                by_code.setdefault(line.code, []).append(line)
        for code, lines in by_code.items():
            if code in lines[0].policy[Rules].measured_together and not self._all_timed(code):
                # The time of the run is not known as a whole.
                continue
            for run in _runs_of(lines):
                minutes = covered_minutes(_times(run))
                supported = _needed(run[0]).supported_units(minutes)
                if whole_infusion:
                    further = _hours_after_the_first(whole_infusion, _needed(run[0]))
                    supported = max(supported, further)
                found += self._in_order(run, minutes, supported)
        return found

    def _all_timed(self, code: str) -> bool:
        return all(_time_of(x) for x in self._hours if x.code == code)

    def _in_order(
        self,
        lines: Sequence[EncounterLine],
        minutes: float,
        supported: float,
        first_hour: float = 0.0,
    ) -> list[Measure]:
        """Supported units go to decided lines first, then to open ones in order."""
        allowed = self._encounter.allowed_units
        counted = sum(allowed(line) for line in lines if line.decided)
        found = []
        for line in sorted(lines, key=lambda x: x.place):
            if not line.decided:
                own = max(supported - counted, 0.0)
                first = [x for x in lines if x.decided or x.place < line.place]
                ids = dict.fromkeys(x.claim_id for x in first if x.claim_id != line.claim_id)
                found.append(Measure(line, minutes, own, first_hour, counted, tuple(ids)))
                counted += 0.0 if is_discontinued(line) else min(allowed(line), own)
        return found


def _each(lines: Iterable[EncounterLine]) -> list[Measure]:
    """The measure of each open line by its own time."""
    found = []
    for line in lines:
        time = _time_of(line)
        if time is not None and not line.decided:
            own = minutes(*time)
            found.append(Measure(line, own, _needed(line).supported_units(own)))
    return found


def _hours_after_the_first(minutes: float, needed: TimeNeeded) -> float:
    """The additional hours in an infusion of ``minutes``; its first hour has another code."""
    return needed.supported_units(minutes - (needed.each_further_unit or 0))


def _runs_of(lines: list[EncounterLine]) -> Iterable[list[EncounterLine]]:
    if lines[0].code in lines[0].policy[Rules].measured_together:
        return [lines]
    by_time = {x.position: time for x in lines if (time := _time_of(x)) is not None}
    return [[x for x in lines if x.position in run] for run in runs(by_time)]


def _role(line: EncounterLine) -> Role | None:
    traits = administration(line)
    return traits.role if traits else None


def _has_added_form(line: EncounterLine) -> bool:
    """Whether the family of an infusion has sequential ones."""
    return line.code in line.policy[VocabularyRules].add_on_form or _role(line) is not Role.INITIAL


def _is_hydration(line: EncounterLine) -> bool:
    traits = administration(line)
    return traits is not None and traits.family is Family.HYDRATION


def _needed(line: EncounterLine) -> TimeNeeded:
    return line.policy[Rules].minutes_needed[line.code]


def is_discontinued(line: EncounterLine) -> bool:
    """Whether a modifier says that the service was reduced or discontinued."""
    return not line.modifiers.isdisjoint(line.policy[Rules].discontinued_modifiers)


def _time_of(line: EncounterLine) -> Interval | None:
    return (line.start, line.end) if line.start and line.end else None


def _times(lines: Iterable[EncounterLine]) -> list[Interval]:
    return [time for time in map(_time_of, lines) if time is not None]


def _is_too_short(line: EncounterLine) -> bool:
    """Whether the time of an infusion alone supports no unit of its code."""
    time = _time_of(line)
    if time is None or is_discontinued(line) or line.code not in line.policy[Rules].minutes_needed:
        return False
    return not _needed(line).supported_units(minutes(*time))
