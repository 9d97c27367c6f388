"""The drug lines of a day (6.21-P IV.B.4, IV.B.5).

What the content table knows as no drug (contrast, blood, vaccines, fluids, supplies, and drugs that
are swallowed, inhaled, put on or implanted) is none, whatever NDC it carries.
"""

from collections.abc import Collection, Iterable
from datetime import date

from stream_edits.policies.content.category import Category
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import shows_emergency
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate

# In days. An emergency or observation often goes on over midnight.
EMERGENCY_REACH = 1


def category_of(line: EncounterLine) -> Category | None:
    """What the line's code bills, None if it is not known."""
    return line.policy[VocabularyRules].content.category_of(line.code)


# A study is done in a room, like surgery.
_STUDIES = (
    Category.CONTRAST_IMAGING,
    Category.OPTIONAL_CONTRAST,
    Category.NUCLEAR_STUDY,
    Category.STRESS_TEST,
    Category.SEDATION,
)


def is_item_or_administration(policy: PolicyOnDate, code: str) -> bool:
    """Whether a code bills an administration, a drug or another item.

    A revenue code beside it says where that was posted, not that something else was done.
    """
    content = policy[VocabularyRules].content
    category = content.category_of(code)
    if category is not None:
        return category not in _STUDIES
    return code in policy.governed or content.is_unclassified_drug(code)


def categories(encounter: Encounter) -> frozenset[Category | None]:
    """What all lines bill, as a quick look at what there is to judge."""
    return frozenset(
        [x.policy[VocabularyRules].content.category_of(x.code) for x in encounter.lines]
    )


def drug_lines(encounter: Encounter) -> list[EncounterLine]:
    """The lines that bill a drug, known or not, in order of arrival.

    A line bills a drug by its code, by an NDC or drug name on a code that the content table does
    not know or on a revenue code that says nothing else, or by a revenue code of drugs alone. A
    denied line is one of them: it is not paid, but it says that the drug was given.
    """
    return [line for line in encounter.lines if _is_drug(line)]


def drugs_given(encounter: Encounter) -> list[EncounterLine]:
    """The drug lines, and those of other days of the same claims that were given here as well.

    They answer whether any drug was given, and no finding rests on them.
    """
    own = encounter.fact(drug_lines)
    for line in encounter.lines:
        claim = line.claim
        if claim is not None and claim.statement_through != claim.statement_from:
            return own + encounter.around.fact(_DrugsOfOtherDays).given_in(encounter)
    return own


class _DrugsOfOtherDays:
    """The drugs of open claims over several days that are given on more days than their own.

    A line with a through date covers the days up to it. On a claim that shows an emergency or
    observation (``shows_emergency``), a drug belongs to the day before and the day after as well.
    """

    def __init__(self, around: Encounter) -> None:
        claims = {x.claim_id: (x.claim, x.policy) for x in around.lines if x.claim is not None}
        long = {
            claim_id: (claim, policy)
            for claim_id, (claim, policy) in claims.items()
            if claim.statement_through != claim.statement_from
        }
        self._emergencies = {
            x for x, (claim, policy) in long.items() if shows_emergency(policy, claim)
        }
        last = {
            (claim_id, service.line_number): service.service_date_through
            for claim_id, (claim, _) in long.items()
            for service in claim.lines
            if service.spans_days
        }
        self._drugs = [
            (line, last.get((line.claim_id, line.line_number)))
            for line in (around.lines if long else ())
            if line.claim_id in long and not line.decided and _is_drug(line)
        ]

    def given_in(self, encounter: Encounter) -> list[EncounterLine]:
        """Those that were given in an encounter or on a day, and are not among its lines."""
        have = {line.position for line in encounter.lines}
        days = {(line.billing_npi, line.service_date.toordinal()) for line in encounter.lines}
        reach = range(-EMERGENCY_REACH, EMERGENCY_REACH + 1)
        around = {(npi, day + number) for npi, day in days for number in reach}
        visited = {line.claim_id for line in encounter.lines} & self._emergencies
        return [
            line
            for line, last in self._drugs
            if line.position not in have
            and _covers(line, last, around if line.claim_id in visited else days)
        ]


def _covers(line: EncounterLine, last: date | None, days: Collection[tuple[str, int]]) -> bool:
    """Whether a line was given on one of the days, which are ordinals at a billing NPI.

    ``last`` is its through date, if it has one.
    """
    npi, first = line.billing_npi, line.service_date.toordinal()
    if last is None:
        return (npi, first) in days
    return any(each == npi and first <= day <= last.toordinal() for each, day in days)


def _is_drug(line: EncounterLine) -> bool:
    words = line.policy[VocabularyRules]
    if words.content.is_drug(line.code):
        return True
    if line.names_drug and not line.code:
        return not words.is_other_product(line.revenue_code)
    if line.names_drug:
        return words.content.category_of(line.code) is None
    return is_unknown_drug(line)


def is_unknown_drug(line: EncounterLine) -> bool:
    """Whether the line has a revenue code of drugs, and nothing says which drug it bills."""
    if line.code or line.names_drug:
        return False
    return line.policy[VocabularyRules].is_unknown_drug(line.revenue_code)


def count_drugs(drugs: Iterable[EncounterLine]) -> int:
    """The number of different codes of drug lines. A line without a code is a drug of its own."""
    codes = [line.code or f"#{line.position}" for line in drugs]
    return len(set(codes))


def claims_behind(line: EncounterLine, evidence: Collection[str]) -> tuple[str, ...]:
    """The ids of the claims that a finding on the line rests on, in order.

    ``evidence`` are the claims with a line that is enough by itself, as a set or as keys, because
    it may be thousands. With one on the line's own claim the finding rests on no other.
    """
    return () if line.claim_id in evidence else tuple(sorted(evidence))
