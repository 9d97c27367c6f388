"""The documented times must support a code and its units (6.21-P IV.B.4, code definitions)."""

import math
from collections.abc import Iterator

from stream_edits.domain.decision import Disposition, EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import needed_by
from stream_edits.policies.khs_6_21_p.documented_time_too_short.measure import Measure
from stream_edits.policies.khs_6_21_p.documented_time_too_short.measures import measures
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import (
    TimeRules,
    initial_code,
    is_discontinued,
)
from stream_edits.policies.khs_6_21_p.vocabulary.initial_service import leading_push
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    has_separate_site,
    initials,
    is_additional_hour,
)
from stream_edits.policies.khs_6_21_p.vocabulary.one_unit import one_unit
from stream_edits.policies.khs_6_21_p.vocabulary.outranking import outranking_add_on
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import (
    AddOnRules,
    adds_to_a_pump,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.shared.units import units_paid
from stream_edits.text import counted, verb

_IF_WRONG = "If the times are wrong, send a replacement claim with the documented times."


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Cut units back to those that the documented time supports; deny when it supports none."""
    if not any(line.start and line.end for line in encounter.open):
        return
    for measure in measures(encounter):
        line = measure.line
        billed = encounter.allowed_units(line)
        if billed > measure.supported and math.isfinite(billed) and not is_discontinued(line):
            yield line, _finding(measure, billed)


def settle(encounter: Encounter, line: EncounterLine, finding: EditFinding) -> EditFinding:
    """The finding with the push that fits the initial service which stands in the encounter.

    ``judge`` does not know which push that is, so the message gets its advice here.
    """
    push, further = finding.recommended_code, ""
    if push is None:
        return finding
    if finding.disposition is Disposition.DENY:
        push, further = _fitting(encounter, line, line.policy[TimeRules].push_form[line.code])
    return finding._replace(
        recommended_code=push,
        message=f"{finding.message} So short an infusion is billed as a push: bill "
        f"{one_unit(push, line.units)} instead. {_IF_WRONG}{further}",
    )


def _fitting(encounter: Encounter, line: EncounterLine, added: str) -> tuple[str, str]:
    """The push of a line, initial or ``added``, and what else is to be billed, if anything."""
    leading = encounter.fact(leading_push)
    if leading is not line:
        return _beside(encounter, line, added, leading), ""
    is_sequential = line.code not in line.policy[VocabularyRules].initials
    if is_sequential and adds_to_a_pump(encounter, line, added):
        return added, ""
    outranking = outranking_add_on(encounter, line)
    if outranking is None or outranking is line:
        return _initial(line, added), ""
    if is_additional_hour(outranking):
        # Beside an additional hour whose own infusion is billed, the push is an added one.
        primaries = outranking.policy[AddOnRules].primaries.get(outranking.code, frozenset())
        is_added = any(x.code in primaries and encounter.is_active(x) for x in initials(encounter))
        return added if is_added else _initial(line, added), ""
    code = encounter.code_of(outranking)
    return added, (
        f" Bill {initial_code(outranking, code) or code} as the initial service instead of {code} "
        "(one unit of it), which ranks above a push."
    )


def _beside(
    encounter: Encounter, line: EncounterLine, added: str, leading: EncounterLine | None
) -> str:
    """The added push, unless it would outrank the leading service from a second site.

    Nor is it added to a service that it should lead instead of.
    """
    rank = line.policy[VocabularyRules].rank
    if leading is None:
        return added
    above = (rank(added) or 0) < (rank(encounter.code_of(leading)) or 0)
    if (above or leading.decided) and _leads_instead(encounter, line):
        is_led = leading.decided and encounter.current(_is_outranked)
        return added if is_led else _initial(line, added)
    return _initial(line, added) if above and has_separate_site(line) else added


def _leads_instead(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether a line is the add-on that should lead instead of the leading service."""
    is_added = encounter.code_of(line) in line.policy[VocabularyRules].add_ons
    return is_added and encounter.current(_above_leading) is line


def _above_leading(encounter: Encounter) -> EncounterLine | None:
    leading = encounter.fact(leading_push)
    return None if leading is None else outranking_add_on(encounter, leading)


def _is_outranked(encounter: Encounter) -> bool:
    """Whether an earlier line was settled as the initial push that should lead instead."""
    leading = encounter.fact(leading_push)
    if leading is None:
        return False
    rank = leading.policy[VocabularyRules].rank
    above = [x for x in initials(encounter) if encounter.code_of(x) != x.code and not x.decided]
    codes = [encounter.code_of(x) for x in above if not has_separate_site(x)]
    return any((rank(x) or 0) < (rank(encounter.code_of(leading)) or 0) for x in codes)


def _initial(line: EncounterLine, code: str) -> str:
    return line.policy[VocabularyRules].initial_form.get(code, code)


def _finding(measure: Measure, billed: float) -> EditFinding:
    line, supported = measure.line, measure.supported
    rules = line.policy[TimeRules]
    push = None if supported else rules.push_form.get(line.code)
    if push and line.code in line.policy[VocabularyRules].initials:
        push = _initial(line, push)
    outcome = rules.cut_back if supported else rules.too_short
    return rules.finding(
        outcome,
        line.line_number,
        f"{line.code} was billed with {counted(line.units, 'units')}. {_times(measure, billed)}"
        f"{'' if push else f' {_remedy(measure)} {_IF_WRONG}'}",
        recommended_code=push,
        allowed_units=supported or None,
        related_claim_ids=measure.before,
        section=rules.sections.get(line.code),
    )


def _times(measure: Measure, billed: float) -> str:
    """The documented minutes, and those that the units of the line and those before it need."""
    unit = measure.hour or measure.line
    wanted = needed_by(unit).in_words(measure.counted + billed, measure.first_hour)
    subject = "It needs"
    if measure.counted:
        subject = f"With the {counted(measure.counted, 'units')} counted before, {unit.code} needs"
    whole, given = _first_hours(measure), counted(int(measure.minutes), "minutes")
    return f"{subject} {wanted}{whole}, and {given} {verb(int(measure.minutes))} documented."


def _first_hours(measure: Measure) -> str:
    if not measure.first_hour:
        return ""
    hour = measure.line.policy[TimeRules].minutes_needed[measure.line.code].each_further_unit
    if measure.first_hour > (hour or 0):
        return " with the first hours of its infusions"
    return " with the first hour of the infusion"


def _remedy(measure: Measure) -> str:
    supported = measure.supported
    if supported:
        return units_paid(measure.line.policy[TimeRules].cut_back, supported)
    if measure.line.policy[TimeRules].minutes_needed[measure.line.code].more_than is not None:
        return (
            "Bill a shorter infusion with the code of its first hour and those of additional "
            "hours. For a pump, document the time of the whole infusion, also at home."
        )
    if measure.first_hour:
        return (
            "So short a service is not reported with this code; take the line off, and document "
            "its minutes on the line of the infusion."
        )
    if is_additional_hour(measure.line):
        return (
            "So short a service is not reported with this code; take the line off. If it goes with "
            "an infusion on another claim, this claim is decided again when that one arrives."
        )
    return "So short a service is not reported with this code; take the line off."


EDIT = EncounterEdit(
    "documented-time-too-short",
    Group.TIME,
    TimeRules,
    judge,
    counts_as_recommended=True,
    settle=settle,
    answerable=True,
    waits_for=WaitsFor.PROVIDER,
)
