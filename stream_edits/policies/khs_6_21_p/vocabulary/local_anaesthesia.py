"""Whether a local anaesthetic is one of the drugs that a day's administrations gave (6.21-P IV).

It is not where the other drugs of the day are as many as its administrations: then it numbed the
place of the needle, or was given for a procedure.
"""

from collections.abc import Sequence

from stream_edits.policies.content.category import Category
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import gives_a_drug
from stream_edits.policies.khs_6_21_p.vocabulary.products import (
    category_of,
    count_drugs,
    drug_lines,
    is_unknown_drug,
)


def other_drugs(encounter: Encounter) -> list[EncounterLine]:
    """The active drug lines of a day that name a drug other than a local anaesthetic."""
    return [
        drug
        for drug in encounter.fact(drug_lines)
        if encounter.is_active(drug)
        and category_of(drug) is not Category.LOCAL_ANAESTHETIC
        and not is_unknown_drug(drug)
    ]


def administrations(encounter: Encounter) -> int:
    """The lines that gave a drug, with those that are to be rebilled as a push."""
    return sum(gives_a_drug(line) for line in encounter.sequenced)


def others_explain_all(encounter: Encounter) -> bool:
    """Whether the other drugs of a day are as many as its administrations.

    Otherwise a local anaesthetic may be one of the drugs that were given.
    """
    return count_drugs(encounter.fact(other_drugs)) >= encounter.fact(administrations)


def without_local_anaesthesia(
    encounter: Encounter, drugs: Sequence[EncounterLine]
) -> Sequence[EncounterLine]:
    """The drugs of a day, without a local anaesthetic that no administration gave."""
    kept = [drug for drug in drugs if category_of(drug) is not Category.LOCAL_ANAESTHETIC]
    if len(kept) == len(drugs) or not encounter.fact(others_explain_all):
        return drugs
    return kept
