"""Hydration that runs beside an infusion is incidental to it (6.21-P IV.B.3)."""

from collections.abc import Iterator
from datetime import datetime

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.hydration import (
    HydrationRules,
    infusions_beside,
)
from stream_edits.policies.shared.clock import minutes
from stream_edits.policies.shared.time_needed import TimeNeeded
from stream_edits.text import counted, verb


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Leave hydration the units that its minutes outside all infusions support."""
    for line in encounter.open:
        if line.code in line.policy[HydrationRules].minutes_needed and line.start and line.end:
            finding = _judge_line(encounter, line, line.start, line.end)
            if finding is not None:
                yield line, finding


def _judge_line(
    encounter: Encounter, line: EncounterLine, start: datetime, end: datetime
) -> EditFinding | None:
    infusions = infusions_beside(encounter, line.policy)
    if not infusions.any_beside(start, end):
        return None
    rules = line.policy[HydrationRules]
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
        f"{counted(int(minutes(start, end)), 'documented minutes')} {int(left)} "
        f"{verb(int(left), 'lies', 'lie')} outside. "
        f"{_remedy(line.code, supported, needed)} If the times are wrong, send a replacement claim "
        "with the documented times.",
        allowed_units=supported or None,
        related_claim_ids=tuple(
            dict.fromkeys(claim_id for _, claim_id in beside if claim_id != line.claim_id)
        ),
    )


def _remedy(code: str, supported: float, needed: TimeNeeded) -> str:
    if supported:
        return f"Those support {counted(supported, 'units')}."
    return f"{code} needs {counted(needed.first_unit, 'minutes')}; take the line off the claim."


EDIT = EncounterEdit(
    "hydration-concurrent",
    Group.INCIDENTAL,
    HydrationRules,
    judge,
    judges_overlap=True,
    waits_for=WaitsFor.PROVIDER,
)
