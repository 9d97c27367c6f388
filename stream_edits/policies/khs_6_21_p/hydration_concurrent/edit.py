"""Hydration that runs beside an infusion is incidental to it (6.21-P IV.B.3)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated

from pydantic import Field

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Family, Technique
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.clock import Interval, minutes
from stream_edits.policies.shared.overlaps import Times
from stream_edits.policies.shared.time_needed import TimeNeeded
from stream_edits.policies.values.rules import EditRules, Outcome

_MINUTE = timedelta(minutes=1)
_Technique = Annotated[Technique, Field(strict=False)]


class Rules(EditRules):
    """Values of policy.yaml, by hydration code."""

    minutes_needed: dict[str, TimeNeeded]
    concurrent_techniques: Annotated[frozenset[_Technique], Field(strict=False)]
    incidental: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The hydration codes."""
        return frozenset(self.minutes_needed)


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Leave hydration the units that its minutes outside all infusions support."""
    for line in encounter.open:
        if line.code in line.policy[Rules].minutes_needed and line.start and line.end:
            finding = _judge_line(encounter, line, line.start, line.end)
            if finding is not None:
                yield line, finding


class _Infusions:
    """The infusions that hydration may run beside, under one revision of the policy."""

    def __init__(self, encounter: Encounter, policy: PolicyOnDate) -> None:
        techniques = policy[Rules].concurrent_techniques
        found: list[tuple[EncounterLine, Interval]] = []
        for line in encounter.lines:
            start, end = line.start, line.end
            if not (start and end and start < end):
                continue
            traits = administration(line)
            if (
                traits is not None
                and traits.family is not Family.HYDRATION
                and traits.technique in techniques
            ):
                found += [(line, (start, end))]
        self._all = Times([time for _, time in found])
        self._found = found

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
        return self._all.first(start, end) is not None

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


class _OfRevisions(dict[PolicyOnDate, _Infusions]):
    """The infusions of an encounter under each revision of the policy, worked out once."""

    def __init__(self, encounter: Encounter) -> None:
        super().__init__()
        self._encounter = encounter

    def __missing__(self, policy: PolicyOnDate) -> _Infusions:
        found = self[policy] = _Infusions(self._encounter, policy)
        return found


def _judge_line(
    encounter: Encounter, line: EncounterLine, start: datetime, end: datetime
) -> EditFinding | None:
    infusions = encounter.fact(_OfRevisions)[line.policy]
    if not infusions.any_beside(start, end):
        return None
    rules = line.policy[Rules]
    needed = rules.minutes_needed[line.code]
    left = infusions.minutes_without(start, end)
    supported = needed.supported_units(left)
    if encounter.allowed_units(line) <= supported:
        return None
    beside = infusions.beside(start, end)
    codes = ", ".join(dict.fromkeys(code for code, _ in beside))
    return rules.finding(
        rules.incidental,
        line.line_number,
        f"{line.code} (hydration) ran at the same time as an infusion ({codes}). The policy does "
        "not pay hydration given as a concurrent infusion; of its "
        f"{int(minutes(start, end))} documented minutes {int(left)} lie outside. "
        f"{_remedy(line.code, supported, needed)} If the times are wrong, send a replacement claim "
        "with the documented times.",
        allowed_units=supported or None,
        related_claim_ids=tuple(
            dict.fromkeys(claim_id for _, claim_id in beside if claim_id != line.claim_id)
        ),
    )


def _remedy(code: str, supported: float, needed: TimeNeeded) -> str:
    if supported:
        return f"Those support {supported:g} unit{'' if supported == 1 else 's'}."
    return f"{code} needs {needed.first_unit} minutes; take the line off the claim."


EDIT = EncounterEdit(
    "hydration-concurrent",
    Group.INCIDENTAL,
    Rules,
    judge,
    judges_overlap=True,
    waits_for=WaitsFor.PROVIDER,
)
