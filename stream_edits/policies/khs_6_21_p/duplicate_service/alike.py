"""Which lines of a member are alike, and what tells them apart."""

from collections.abc import Hashable, Sequence

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.duplicate_service.rules import Rules
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.products import category_of
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.khs_6_21_p.vocabulary.unclassified_drug import are_two_drugs


class BilledBefore:
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
                and other.arrival < line.arrival
                and self._member.is_active(other)
                and not is_told_apart(self._member, line, other)
            ):
                return other
        return None


class Alike:
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

    def are_beside_other_services(self, line: EncounterLine, other: EncounterLine) -> bool:
        """Whether the administrations of the claims show that a line was given besides the other.

        Those of the line's own claim, and of the other if that came later: it was paid besides a
        line that was held, which is then not denied for it. A bill of late charges adds to another
        bill and mostly lacks its administrations, so beside one only its own show it.
        """
        late = [is_late_charge(line), is_late_charge(other)]
        if any(late):
            pairs = ((line, other), (other, line))
            return any(
                asked and self._goes_with_another_service(*pair)
                for asked, pair in zip(late, pairs, strict=True)
            )
        if self._goes_with_another_service(line, other):
            return True
        return other.arrival > line.arrival and self._goes_with_another_service(other, line)

    def _goes_with_another_service(self, line: EncounterLine, other: EncounterLine) -> bool:
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
            x.claim_id == claim_id and not is_told_apart(self._member, line, x)
            for x in self.of_service(line)
        )


def is_late_charge(line: EncounterLine) -> bool:
    """Whether the line's claim is for late charges."""
    return line.frequency in line.policy[Rules].late_charges


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


def is_told_apart(member: Encounter, line: EncounterLine, other: EncounterLine) -> bool:
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
