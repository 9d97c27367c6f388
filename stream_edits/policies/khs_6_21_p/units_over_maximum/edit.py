"""Some codes have a maximum of units in an encounter (6.21-P IV.B.3, IV.B.5, X7700)."""

from collections.abc import Iterator
from datetime import date

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.values.rules import Count, EditRules, Outcome
from stream_edits.policies.ways import Ways


class Rules(EditRules):
    """Values of policy.yaml. ``maximum_units`` are units of a code for each encounter.

    ``further_codes`` holds, for some codes, the code under which to bill units over the maximum.
    """

    maximum_units: dict[str, Count]
    sections: dict[str, str]
    further_codes: dict[str, str]
    necessity_documents: list[str]
    excess: Outcome
    review: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The codes that have a maximum."""
        return frozenset(self.maximum_units)


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Judge the units of each code and service date in the order in which they count."""
    by_day: dict[tuple[str, date], list[EncounterLine]] = {}
    for line in encounter.active:
        if line.code in line.policy[Rules].maximum_units:
            by_day.setdefault((line.code, line.service_date), []).append(line)
    for lines in by_day.values():
        yield from _judge_code(encounter, lines)


def _judge_code(encounter: Encounter, lines: list[EncounterLine]) -> Iterator[LineFinding]:
    counted = [line for line in lines if line.decided]
    allowed = encounter.allowed_units
    used = sum(allowed(line) for line in counted)
    for line in (x for x in lines if not x.decided):
        rules = line.policy[Rules]
        left = max(rules.maximum_units[line.code] - used, 0.0)
        own = allowed(line)
        if own > left:
            reviewed = not line.documents.isdisjoint(rules.necessity_documents)
            others = {x.claim_id: None for x in counted if x.claim_id != line.claim_id}
            yield line, _finding(line, left, reviewed, tuple(others))
            own = own if reviewed else left
        used += own
        counted.append(line)


def _finding(
    line: EncounterLine, left: float, reviewed: bool, others: tuple[str, ...]
) -> EditFinding:
    rules = line.policy[Rules]
    maximum = rules.maximum_units[line.code]
    further = line.code in rules.further_codes
    before = maximum - left
    taken = f", of which {before:g} {_are(before)} already used" if before else ""
    billed = (
        f"{line.code} was billed with {_units(line.units)}. The policy allows "
        f"{_units(maximum)} an encounter{'' if further else ' without review'}{taken}."
    )
    remedy = (
        "The documentation of medical necessity that came with it will be reviewed."
        if reviewed
        else f"{_left(left)} {_beyond(line.code, rules)}"
    )
    return rules.finding(
        rules.review if reviewed else rules.excess,
        line.line_number,
        f"{billed} {remedy}",
        allowed_units=None if reviewed else left or None,
        related_claim_ids=others,
        section=rules.sections.get(line.code),
    )


def _left(left: float) -> str:
    return f"{_units(left)} {_are(left)} allowed." if left else "No unit is left for this line."


def _beyond(code: str, rules: Rules) -> str:
    further = rules.further_codes.get(code)
    if further:
        return f"What goes beyond is billed with {further}, if it is not billed already."
    return (
        "For more, send a replacement claim with documentation of medical necessity for this line."
    )


def _units(count: float) -> str:
    return f"{count:g} unit{'' if count == 1 else 's'}"


def _are(count: float) -> str:
    return "is" if count == 1 else "are"


EDIT = EncounterEdit(
    "units-over-maximum",
    Group.UNITS,
    Rules,
    judge,
    waits_for=WaitsFor.PAYER,
    ways=Ways(documents=lambda policy, code: tuple(policy[Rules].necessity_documents)),
)
