"""The same service on two claims is paid once (6.21-P IV.A.2, choice)."""

from collections.abc import Hashable, Iterator, Sequence

from stream_edits.domain.claim import ClaimForm, ServiceLine
from stream_edits.domain.decision import WaitsFor
from stream_edits.policies.content.value import Categories
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.duplicate_service.messages import (
    duplicate,
    late_charge,
    of_unknown_correction,
)
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.products import category_of
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.values.rules import CodeSet, EditRules, Outcome


class Rules(EditRules):
    """Values of policy.yaml.

    Two lines are no duplicates if one has any of ``repeat_modifiers``, or if they differ in the
    ``telling_modifiers``. A visit code of ``visits`` with ``further_visit`` on only one of the
    claims makes them two visits. ``imaging`` is never compared. ``late_charges`` are frequency
    codes.
    """

    repeat_modifiers: CodeSet
    telling_modifiers: CodeSet
    visits: CodeSet
    further_visit: str
    imaging: Categories
    late_charges: CodeSet
    duplicate: Outcome
    replaces_unknown: Outcome
    late_charge: Outcome

    def accompanies(self, line: ServiceLine, form: ClaimForm) -> bool:
        """Whether the line bills a further visit of the day."""
        return self.further_visit in line.modifiers and line.procedure_code in self.visits


def judge(member: Encounter) -> Iterator[LineFinding]:
    """Judge each open line whose like is on a decided claim, or on an open one that came first."""
    if len({line.claim_id for line in member.lines}) < 2:
        return
    alike: dict[Hashable, list[EncounterLine]] = {}
    for line in member.lines:
        if _is_compared(line):
            alike.setdefault(_service(line), []).append(line)
    for line in member.open:
        same = alike.get(_service(line), ())
        earlier = [
            other
            for other in same
            if other.claim_id != line.claim_id
            and (other.decided or other.arrival < line.arrival)
            and member.is_active(other)
            and not _is_told_apart(member, line, other)
            and not _goes_with_another_service(member, line, other, alike)
        ]
        if earlier:
            yield from _judge(line, earlier)


def _is_compared(line: EncounterLine) -> bool:
    """Whether the policy names the line's code, other than as context."""
    rules, words = line.policy[Rules], line.policy[VocabularyRules]
    if line.code in rules.visits or line.code in words.visits.observation:
        return False
    named = line.code in line.policy.governed or words.content.is_unclassified_drug(line.code)
    return named and category_of(line) not in rules.imaging


def _service(line: EncounterLine) -> Hashable:
    return (
        line.billing_npi,
        line.code,
        line.service_date,
        line.start,
        line.end,
        line.units,
    )


def _is_told_apart(member: Encounter, line: EncounterLine, other: EncounterLine) -> bool:
    """Whether modifiers or visits tell two lines of one service apart."""
    rules = line.policy[Rules]
    if not rules.repeat_modifiers.isdisjoint(line.modifiers | other.modifiers):
        return True
    if not rules.telling_modifiers.isdisjoint(line.modifiers ^ other.modifiers):
        return True
    if line.start is not None and line.end is not None:
        # Both lines document the same times, so it is one visit whatever else they say.
        return False
    numbers = (line.visit.encounter_id, other.visit.encounter_id)
    if all(numbers) and numbers[0] != numbers[1]:
        return True
    further = member.fact(_further_visits)
    day = line.service_date
    return ((line.claim_id, day) in further) != ((other.claim_id, day) in further)


def _further_visits(member: Encounter) -> frozenset[Hashable]:
    """The claims that bill a further visit, each with its day."""
    return frozenset(
        (line.claim_id, line.service_date)
        for line in member.lines
        if line.policy[Rules].further_visit in line.modifiers
        and line.code in line.policy[Rules].visits
    )


def _goes_with_another_service(
    member: Encounter,
    line: EncounterLine,
    other: EncounterLine,
    alike: dict[Hashable, list[EncounterLine]],
) -> bool:
    """Whether a line that is no administration was billed with one that the other claim lacks.

    A drug given twice a day has an administration each time, and the second one shows it.
    """
    if administration(line) is not None:
        return False
    return any(
        beside.claim_id == line.claim_id
        and beside.service_date == line.service_date
        and administration(beside) is not None
        and not _is_on(member, beside, other.claim_id, alike[_service(beside)])
        for beside in member.lines
    )


def _is_on(
    member: Encounter, line: EncounterLine, claim_id: str, same: Sequence[EncounterLine]
) -> bool:
    """Whether a claim has a like of the line that is not told apart."""
    return any(x.claim_id == claim_id and not _is_told_apart(member, line, x) for x in same)


def _judge(line: EncounterLine, earlier: Sequence[EncounterLine]) -> Iterator[LineFinding]:
    """Deny the line, or pend it if it may be a correction or a late charge."""
    rules = line.policy[Rules]
    certain = [x for x in earlier if not _may_differ(line, x)]
    first = (certain or earlier)[0]
    if certain:
        outcome, message = rules.duplicate, duplicate(line, rules.repeat_modifiers)
    elif line.replaces_unknown or first.replaces_unknown:
        outcome, message = rules.replaces_unknown, of_unknown_correction(line)
    elif line.documents.isdisjoint(rules.late_charge.requests):
        outcome, message = rules.late_charge, late_charge(line, rules.late_charges)
    else:
        return
    related = (first.claim_id,)
    yield line, rules.finding(outcome, line.line_number, message, related_claim_ids=related)


def _may_differ(line: EncounterLine, other: EncounterLine) -> bool:
    late = line.policy[Rules].late_charges
    return (
        line.replaces_unknown
        or other.replaces_unknown
        or line.frequency in late
        or other.frequency in late
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
