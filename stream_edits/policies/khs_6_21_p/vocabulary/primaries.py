"""The primary services of add-on codes, also in neighbouring visits (6.21-P IV.B.2)."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent, ClaimForm
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import add_ons, initials
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.forms import revenue_code
from stream_edits.policies.values.codes import CodeKey, CodeSet, RevenueCodes
from stream_edits.policies.values.rules import EditRules, Outcome

_DAY = timedelta(days=1)
_ENOUGH = 2


class AddOnRules(EditRules):
    """Values of add_on_without_primary/policy.yaml.

    ``primaries`` holds, for each add-on code, the codes that may be its primary, ``sections`` the
    paragraph if it is not that of the edit. A UB-04 with one of ``emergency_revenue`` or
    ``emergency_codes`` shows an emergency or observation.
    """

    primaries: dict[CodeKey, CodeSet]
    sections: dict[CodeKey, str]
    emergency_revenue: RevenueCodes
    emergency_codes: CodeSet
    orphan: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The add-ons and their primaries."""
        return frozenset(self.primaries).union(*self.primaries.values())


def counts_as_primary(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether an add-on may add to a line: active, or denied only for its place or as a push."""
    return (
        encounter.is_active(line)
        or encounter.keeps_primary(line)
        or encounter.code_of(line) != line.code
    )


def adds_to_a_pump(encounter: Encounter, line: EncounterLine, code: str) -> bool:
    """Whether a line that is billed as ``code`` adds to a pump, a primary without a rank."""
    rules, words = line.policy[AddOnRules], line.policy[VocabularyRules]
    allowed = rules.primaries.get(code, frozenset())
    return any(x.code in allowed and words.rank(x.code) is None for x in encounter.active)


def initial_push(encounter: Encounter) -> EncounterLine | None:
    """The added infusion, too short to be one, that is rebilled as the initial push.

    That is the highest-ranked add-on of an encounter without an initial service or a pump.
    """
    if not encounter.has_rebilled or initials(encounter):
        return None
    first, best = None, None
    for line in add_ons(encounter):
        rank = line.policy[VocabularyRules].rank(encounter.code_of(line))
        if rank is None or (best is not None and rank > best):
            continue
        is_push = encounter.code_of(line) != line.code
        if best is None or rank < best:
            first, best = None, rank
        if first is None and is_push:
            first = line
    if first is None or adds_to_a_pump(encounter, first, encounter.code_of(first)):
        return None
    return first


def primary_code(encounter: Encounter, line: EncounterLine, push: EncounterLine | None) -> str:
    """The code that a primary counts as. ``push`` is the initial push of its encounter."""
    code = encounter.code_of(line)
    return line.policy[VocabularyRules].initial_form.get(code, code) if line is push else code


class Primary(NamedTuple):
    """Lines that an add-on may add to, as far as it asks for them: the code that they count as.

    ``rebilled`` are the codes that stand for them after the denied initial services are rebilled,
    None if that changes nothing.
    """

    code: str
    policy: PolicyOnDate
    rebilled: frozenset[str] | None


Rebilled = Callable[[Sequence[EncounterLine]], Mapping[int, frozenset[str]]]


class Primaries:
    """The primaries of all visits judged together, by where an add-on of another visit looks.

    A neighbouring visit is another one of the same day; one of the day before, on the same claim
    or under the same encounter number; and any on the same UB-04 if that shows an emergency or
    observation. ``rebilled`` gives the codes of rebilled lines of a visit, by position.
    """

    def __init__(self, around: Encounter, rebilled: Rebilled) -> None:
        # In each place two of the visits are enough: one is not the add-on's own.
        self._at: dict[Hashable, dict[Primary, set[str]]] = {}
        self._emergencies: dict[tuple[str, PolicyOnDate], bool] = {}
        for key, lines in around.fact(lines_of_visits).items():
            found = [line for line in lines if counts_as_primary(around, line)]
            codes = rebilled(lines) if found else {}
            push = initial_push(around.only(lines)) if around.has_rebilled else None
            every: dict[Primary, None] = {}
            claims: dict[str, dict[Primary, None]] = {}
            for x in found:
                code = primary_code(around, x, push)
                primary = Primary(code, x.policy, codes.get(x.position))
                every[primary] = claims.setdefault(x.claim_id, {})[primary] = None
            npi, number = lines[0].billing_npi, lines[0].visit.encounter_id
            for day in {x.service_date for x in lines} if found else ():
                self._add((npi, day), every, key)
                if number is not None:
                    self._add((npi, day, "number", number), every, key)
                for claim_id, own in claims.items():
                    self._add((npi, day, "claim", claim_id), own, key)
            for claim_id, own in claims.items():
                self._add((npi, claim_id), own, key)

    def _add(self, place: Hashable, primaries: Iterable[Primary], key: str) -> None:
        at = self._at.setdefault(place, {})
        for primary in primaries:
            keys = at.setdefault(primary, set())
            if len(keys) < _ENOUGH:
                keys.add(key)

    def has(
        self, line: EncounterLine, allowed: frozenset[str], accepts: Callable[[Primary], bool]
    ) -> bool:
        """Whether a neighbouring visit of an add-on has a primary with one of the codes that
        ``accepts`` holds for."""
        return any(
            primary.code in allowed
            and (len(keys) == _ENOUGH or line.encounter_key not in keys)
            and accepts(primary)
            for place in self._places(line)
            for primary, keys in self._at.get(place, {}).items()
        )

    def _places(self, line: EncounterLine) -> Iterator[Hashable]:
        npi, day, number = line.billing_npi, line.service_date, line.visit.encounter_id
        yield npi, day
        if day > date.min:
            yield npi, day - _DAY, "claim", line.claim_id
            if number is not None:
                yield npi, day - _DAY, "number", number
        if line.claim is not None and self._shows_emergency(line, line.claim):
            yield npi, line.claim_id

    def _shows_emergency(self, line: EncounterLine, claim: ClaimEvent) -> bool:
        key = line.claim_id, line.policy
        if key not in self._emergencies:
            self._emergencies[key] = shows_emergency(line.policy, claim)
        return self._emergencies[key]


def lines_of_visits(around: Encounter) -> dict[str, list[EncounterLine]]:
    """All lines judged together, by encounter key."""
    visits: dict[str, list[EncounterLine]] = {}
    for line in around.lines:
        visits.setdefault(line.encounter_key, []).append(line)
    return visits


def primaries_now(around: Encounter) -> Primaries:
    """The primaries of all visits as they stand now."""
    return Primaries(around, lambda lines: {})


def neighbours_primaries(
    encounter: Encounter, line: EncounterLine
) -> tuple[frozenset[str], Primaries] | None:
    """The codes that an add-on may add to, and where to look for them in neighbouring visits.

    None if it is not an add-on, or if there is no other visit.
    """
    around = encounter.around
    allowed = line.policy[AddOnRules].primaries.get(encounter.code_of(line))
    if around is encounter or allowed is None:
        return None
    return allowed, around.current(primaries_now)


def shows_emergency(policy: PolicyOnDate, claim: ClaimEvent) -> bool:
    """Whether a claim is a UB-04 that shows an emergency or observation."""
    rules = policy[AddOnRules]
    return claim.claim_form is ClaimForm.UB04 and any(
        revenue_code(x) in rules.emergency_revenue or x.procedure_code in rules.emergency_codes
        for x in claim.lines
    )
