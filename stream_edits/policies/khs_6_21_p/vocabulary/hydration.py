"""The infusions that hydration runs beside, and what is left of it (6.21-P IV.B.3)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated

from pydantic import Field

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.rules import (
    Family,
    Technique,
    VocabularyRules,
)
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.clock import Interval
from stream_edits.policies.shared.overlaps import Times
from stream_edits.policies.shared.time_needed import TimeNeeded
from stream_edits.policies.values.codes import CodeKey
from stream_edits.policies.values.rules import EditRules, Outcome

_MINUTE = timedelta(minutes=1)
_Technique = Annotated[Technique, Field(strict=False)]


class HydrationRules(EditRules):
    """Values of hydration_concurrent/policy.yaml, by hydration code."""

    minutes_needed: dict[CodeKey, TimeNeeded]
    concurrent_techniques: Annotated[frozenset[_Technique], Field(strict=False)]
    incidental: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The hydration codes."""
        return frozenset(self.minutes_needed)


class InfusionsBeside:
    """The infusions that hydration may run beside, under one revision of the policy.

    ``is_push`` is true of an infusion that will be denied as too short for its code.
    """

    def __init__(
        self,
        encounter: Encounter,
        policy: PolicyOnDate,
        is_push: Callable[[EncounterLine], bool] = lambda _: False,
    ) -> None:
        techniques = policy[HydrationRules].concurrent_techniques
        found: list[tuple[EncounterLine, Interval]] = []
        for line in encounter.lines:
            start, end = line.start, line.end
            if not (start and end and start < end):
                continue
            # One that is too short for its code was a push.
            code = encounter.code_of(line)
            traits = line.policy[VocabularyRules].administration.get(code)
            if (
                traits is not None
                and traits.family is not Family.HYDRATION
                and traits.technique in techniques
                and not is_push(line)
            ):
                found += [(line, (start, end))]
        self._found = found

    @cached_property
    def _all(self) -> Times:
        return Times([time for _, time in self._found])

    @cached_property
    def _groups(self) -> dict[tuple[str, str], tuple[list[int], Times]]:
        """Of each code on each claim the places in the order of the encounter, and the times."""
        groups: dict[tuple[str, str], list[int]] = {}
        for place, (line, _) in enumerate(self._found):
            groups.setdefault((line.code, line.claim_id), []).append(place)
        return {
            key: (places, Times([self._found[place][1] for place in places]))
            for key, places in groups.items()
        }

    def any_beside(self, start: datetime, end: datetime) -> bool:
        """Whether any ran at the same time."""
        return bool(self._found) and self._all.first(start, end) is not None

    def beside(self, start: datetime, end: datetime) -> list[tuple[str, str]]:
        """Those that ran at the same time: each code and claim id once, the first line first."""
        found: list[tuple[int, tuple[str, str]]] = []
        for key, (places, times) in self._groups.items():
            first = times.first(start, end)
            if first is not None:
                found.append((places[first], key))
        return [key for _, key in sorted(found)]

    def minutes_without(self, start: datetime, end: datetime) -> float:
        """The minutes of [start, end) in which none ran."""
        return self._all.uncovered(start, end) / _MINUTE


class _OfRevisions(dict[PolicyOnDate, InfusionsBeside]):
    """The infusions of an encounter under each revision of the policy, worked out once."""

    def __init__(self, encounter: Encounter) -> None:
        super().__init__()
        self._encounter = encounter

    def __missing__(self, policy: PolicyOnDate) -> InfusionsBeside:
        found = self[policy] = InfusionsBeside(self._encounter, policy)
        return found


def infusions_beside(encounter: Encounter, policy: PolicyOnDate) -> InfusionsBeside:
    """The infusions of an encounter, also denied ones, under a revision of the policy."""
    return encounter.fact(_OfRevisions)[policy]


def is_incidental(infusions: InfusionsBeside, line: EncounterLine) -> bool:
    """Whether the minutes of hydration outside the infusions beside it support no unit."""
    needed = line.policy[HydrationRules].minutes_needed.get(line.code)
    if needed is None or line.start is None or line.end is None:
        return False
    if not infusions.any_beside(line.start, line.end):
        return False
    return not needed.supported_units(infusions.minutes_without(line.start, line.end))
