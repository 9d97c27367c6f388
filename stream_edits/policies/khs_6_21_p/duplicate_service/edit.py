"""The same service on two claims is paid once (6.21-P IV.A.2, choice)."""

from collections.abc import Iterator

from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.duplicate_service.alike import (
    Alike,
    BilledBefore,
    is_late_charge,
    is_told_apart,
)
from stream_edits.policies.khs_6_21_p.duplicate_service.messages import (
    duplicate,
    late_charge,
    of_unknown_correction,
)
from stream_edits.policies.khs_6_21_p.duplicate_service.rules import Rules
from stream_edits.policies.khs_6_21_p.vocabulary.lines import unanswered


def judge(member: Encounter) -> Iterator[LineFinding]:
    """Judge each open line whose like is on a decided claim, or on an open one that came first."""
    if len({line.claim_id for line in member.lines}) < 2:
        return
    alike = member.fact(Alike)
    for line in member.open:
        first, is_certain = None, False
        for other in alike.of_service(line):
            if (
                other.claim_id != line.claim_id
                and (other.decided or other.arrival < line.arrival)
                and member.is_active(other)
                and not is_told_apart(member, line, other)
                and not alike.are_beside_other_services(line, other)
            ):
                is_certain = not _may_differ(line, other)
                first = other if first is None or is_certain else first
                if is_certain:
                    break
        if first is None and line.replaces_unknown:
            # Times and units are what a correction changes.
            corrected = member.fact(BilledBefore).corrected_by(line)
            if corrected is not None:
                yield _held(line, corrected)
        elif first is not None:
            yield from _judge(line, first, is_certain)


def _judge(line: EncounterLine, first: EncounterLine, is_certain: bool) -> Iterator[LineFinding]:
    """Deny the line, or pend it if it may be a correction or a late charge.

    ``first`` is the first of the earlier lines, of those that are certainly the same service if
    there are any.
    """
    rules = line.policy[Rules]
    if is_certain:
        outcome, message = rules.duplicate, duplicate(line, rules.repeat_modifiers)
    elif line.replaces_unknown or first.replaces_unknown:
        yield _held(line, first)
        return
    elif asked := unanswered(line, rules.late_charge):
        outcome, message = asked, late_charge(line, rules.late_charges, asked)
    else:
        return
    related = (first.claim_id,)
    yield line, rules.finding(outcome, line.line_number, message, related_claim_ids=related)


def _held(line: EncounterLine, first: EncounterLine) -> LineFinding:
    """The line pended, because it may correct the other one, or the other one it."""
    rules, message = line.policy[Rules], of_unknown_correction(line, first)
    outcome, related = rules.replaces_unknown, (first.claim_id,)
    return line, rules.finding(outcome, line.line_number, message, related_claim_ids=related)


def _may_differ(line: EncounterLine, other: EncounterLine) -> bool:
    return (
        line.replaces_unknown
        or other.replaces_unknown
        or is_late_charge(line)
        or is_late_charge(other)
    )


EDIT = EncounterEdit(
    "duplicate-service",
    Group.DUPLICATE,
    Rules,
    judge,
    scope=Scope.MEMBER,
    holds=True,
    waits_for=WaitsFor.PAYER,
)
