"""The drug lines of a day (6.21-P IV.B.4, IV.B.5).

What the content table knows as no drug (contrast, blood, vaccines, fluids, supplies, and drugs that
are swallowed, inhaled, put on or implanted) is none, whatever NDC it carries.
"""

from collections.abc import Collection, Iterable

from stream_edits.policies.content.category import Category
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules


def category_of(line: EncounterLine) -> Category | None:
    """What the line's code bills, None if it is not known."""
    return line.policy[VocabularyRules].content.category_of(line.code)


def categories(encounter: Encounter) -> frozenset[Category | None]:
    """What all lines bill, as a quick look at what there is to judge."""
    return frozenset(
        [x.policy[VocabularyRules].content.category_of(x.code) for x in encounter.lines]
    )


def drug_lines(encounter: Encounter) -> list[EncounterLine]:
    """The lines that bill a drug, known or not, in order of arrival.

    A line bills a drug by its code, by an NDC or drug name on any code that the content table does
    not know, or by a revenue code of drugs alone. A denied line is one of them: it is not paid, but
    it says that the drug was given.
    """
    return [line for line in encounter.lines if _is_drug(line)]


def _is_drug(line: EncounterLine) -> bool:
    words = line.policy[VocabularyRules]
    if words.content.is_drug(line.code):
        return True
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
