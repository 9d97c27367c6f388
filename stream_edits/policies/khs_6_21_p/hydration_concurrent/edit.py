"""Hydration that runs beside an infusion is incidental to it (6.21-P IV.B.3)."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Family, Technique
from stream_edits.policies.shared.clock import minutes, overlap, uncovered_minutes
from stream_edits.policies.shared.time_needed import TimeNeeded
from stream_edits.policies.values.rules import EditRules, Outcome

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
            beside = [x for x in encounter.lines if _runs_beside(x, line)]
            finding = _judge_line(encounter, line, beside) if beside else None
            if finding is not None:
                yield line, finding


def _runs_beside(other: EncounterLine, line: EncounterLine) -> bool:
    traits = administration(other)
    if traits is None or traits.family is Family.HYDRATION:
        return False
    if traits.technique not in line.policy[Rules].concurrent_techniques:
        return False
    if not (line.start and line.end and other.start and other.end):
        return False
    return overlap(line.start, line.end, other.start, other.end)


def _judge_line(
    encounter: Encounter, line: EncounterLine, beside: list[EncounterLine]
) -> EditFinding | None:
    if line.start is None or line.end is None:
        return None
    rules = line.policy[Rules]
    needed = rules.minutes_needed[line.code]
    spans = [(x.start, x.end) for x in beside if x.start and x.end]
    left = uncovered_minutes(line.start, line.end, spans)
    supported = needed.supported_units(left)
    if encounter.allowed_units(line) <= supported:
        return None
    codes = ", ".join(dict.fromkeys(x.code for x in beside))
    return rules.finding(
        rules.incidental,
        line.line_number,
        f"{line.code} (hydration) ran at the same time as an infusion ({codes}). The policy does "
        "not pay hydration given as a concurrent infusion; of its "
        f"{int(minutes(line.start, line.end))} documented minutes {int(left)} lie outside. "
        f"{_remedy(line.code, supported, needed)} If the times are wrong, send a replacement claim "
        "with the documented times.",
        allowed_units=supported or None,
        related_claim_ids=tuple(
            dict.fromkeys(x.claim_id for x in beside if x.claim_id != line.claim_id)
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
