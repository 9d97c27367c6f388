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
from stream_edits.policies.khs_6_21_p.vocabulary.unclassified_drug import are_two_drugs
from stream_edits.policies.values.codes import CodeSet, FrequencyCodes, Modifier, Modifiers
from stream_edits.policies.values.rules import EditRules, Outcome


class Rules(EditRules):
    """Values of policy.yaml.

    Two lines are not duplicates if only one of them has one of the ``repeat_modifiers`` or of the
    ``telling_modifiers``. A visit code of ``visits`` with ``further_visit`` on only one of the
    claims makes them two visits. ``imaging`` is never compared. Codes of ``any_drug`` mean any one.
    """

    repeat_modifiers: Modifiers
    telling_modifiers: Modifiers
    visits: CodeSet
    further_visit: Modifier
    imaging: Categories
    any_drug: CodeSet
    late_charges: FrequencyCodes
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
    alike = member.fact(_Alike)
    for line in member.open:
        first, is_certain = None, False
        for other in alike.of_service(line):
            if (
                other.claim_id != line.claim_id
                and (other.decided or other.arrival < line.arrival)
                and member.is_active(other)
                and not _is_told_apart(member, line, other)
                and not alike.goes_with_another_service(line, other)
            ):
                is_certain = not _may_differ(line, other)
                first = other if first is None or is_certain else first
                if is_certain:
                    break
        if first is None and line.replaces_unknown:
            # Times and units are what a correction changes.
            corrected = member.fact(_BilledBefore).corrected_by(line)
            if corrected is not None:
                yield _held(line, corrected)
        elif first is not None:
            yield from _judge(line, first, is_certain)


class _BilledBefore:
    """The first lines of each code and day that nothing here tells apart, by claim."""

    def __init__(self, member: Encounter) -> None:
        self._member = member
        self._found: dict[Hashable, dict[Hashable, EncounterLine]] = {}
        for line in filter(_is_compared, member.lines):
            told = (line.claim_id, member.is_active(line), line.modifiers)
            drug = (line.visit.encounter_id, line.drug_name, line.ndc)
            self._found.setdefault(_code_and_day(line), {}).setdefault((told, drug), line)

    def corrected_by(self, line: EncounterLine) -> EncounterLine | None:
        """A line of another claim that came first, which may be the one that a line corrects."""
        for other in self._found.get(_code_and_day(line), {}).values():
            if (
                other.claim_id != line.claim_id
                and (other.decided or other.arrival < line.arrival)
                and self._member.is_active(other)
                and not _is_told_apart(self._member, line, other)
            ):
                return other
        return None


class _Alike:
    """The lines of a member by their service. Of lines that nothing here tells apart, only the
    first: a claim may have thousands."""

    def __init__(self, member: Encounter) -> None:
        self._member = member
        self._by_service: dict[Hashable, list[EncounterLine]] = {}
        self._given: dict[Hashable, list[EncounterLine]] = {}
        self._known: dict[Hashable, bool] = {}
        seen: set[Hashable] = set()
        for line in member.lines:
            if not _is_compared(line):
                continue
            service, is_active = _service(line), member.is_active(line)
            rest = (
                *(line.claim_id, line.decided, is_active, line.modifiers, line.visit.encounter_id),
                *(line.drug_name, line.ndc),
            )
            if (service, rest) in seen:
                continue
            seen.add((service, rest))
            self._by_service.setdefault(service, []).append(line)
            if administration(line) is not None:
                self._given.setdefault((line.claim_id, line.service_date), []).append(line)

    def of_service(self, line: EncounterLine) -> Sequence[EncounterLine]:
        """The lines of the same service."""
        return self._by_service.get(_service(line), ())

    def goes_with_another_service(self, line: EncounterLine, other: EncounterLine) -> bool:
        """Whether a line that is not an administration came with one that the other claim lacks.

        A drug given twice a day has an administration each time, and the second one shows it.
        """
        if administration(line) is not None:
            return False
        asked = (line.claim_id, line.service_date, other.claim_id)
        if asked not in self._known:
            beside = self._given.get((line.claim_id, line.service_date), ())
            self._known[asked] = any(not self._is_on(x, other.claim_id) for x in beside)
        return self._known[asked]

    def _is_on(self, line: EncounterLine, claim_id: str) -> bool:
        """Whether a claim has a like of the line that is not told apart."""
        return any(
            x.claim_id == claim_id and not _is_told_apart(self._member, line, x)
            for x in self.of_service(line)
        )


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


def _code_and_day(line: EncounterLine) -> Hashable:
    return (line.billing_npi, line.code, line.service_date)


def _is_told_apart(member: Encounter, line: EncounterLine, other: EncounterLine) -> bool:
    """Whether modifiers, visits or the drugs they name tell two lines of one service apart."""
    rules = line.policy[Rules]
    if line.code in rules.any_drug and are_two_drugs(line, other):
        return True
    on_one = line.modifiers ^ other.modifiers
    if not rules.repeat_modifiers.isdisjoint(on_one):
        return True
    if not rules.telling_modifiers.isdisjoint(on_one):
        return True
    times = (line.start, line.end)
    if None not in times and times == (other.start, other.end):
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
    elif line.documents.isdisjoint(rules.late_charge.requests):
        outcome, message = rules.late_charge, late_charge(line, rules.late_charges)
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
