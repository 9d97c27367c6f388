"""The same service on two claims is paid once (6.21-P IV.A.2, choice)."""

from collections.abc import Hashable, Iterator

from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.values.rules import CodeSet, EditRules, Outcome
from stream_edits.text import join_words


class Rules(EditRules):
    """Values of policy.yaml. Any of ``repeat_modifiers`` means that a service was repeated."""

    repeat_modifiers: CodeSet
    duplicate: Outcome


def judge(member: Encounter) -> Iterator[LineFinding]:
    """Deny an open line whose like is on a decided claim, or on an open one that came first."""
    if len({line.claim_id for line in member.lines}) < 2:
        return
    alike: dict[Hashable, list[EncounterLine]] = {}
    for line in member.active:
        if line.modifiers.isdisjoint(line.policy[Rules].repeat_modifiers):
            alike.setdefault(_service(line), []).append(line)
    for lines in alike.values():
        for line in lines:
            first = None if line.decided else _earlier_like(line, lines)
            if first is not None:
                yield _duplicate(line, first)


def _service(line: EncounterLine) -> Hashable:
    return (
        line.billing_npi,
        line.code,
        line.service_date,
        line.start,
        line.end,
        line.units,
    )


def _earlier_like(line: EncounterLine, alike: list[EncounterLine]) -> EncounterLine | None:
    others = (x for x in alike if x.claim_id != line.claim_id)
    return next((x for x in others if x.decided or x.arrival < line.arrival), None)


def _duplicate(line: EncounterLine, first: EncounterLine) -> LineFinding:
    rules = line.policy[Rules]
    return line, rules.finding(
        rules.duplicate,
        line.line_number,
        f"{line.code} was billed with the same date{', times' if line.start else ''} and units on "
        "another claim (see the related claim). If it was sent twice by mistake, nothing needs to "
        "be done; if the service was given twice, bill it with a modifier that says so "
        f"({join_words(rules.repeat_modifiers)}); to correct the earlier claim, send a "
        "replacement.",
        related_claim_ids=(first.claim_id,),
    )


EDIT = EncounterEdit("duplicate-service", Group.DUPLICATE, Rules, judge, scope=Scope.MEMBER)
