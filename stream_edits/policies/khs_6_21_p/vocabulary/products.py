"""The drug lines of an encounter (6.21-P IV.B.4, IV.B.5).

What the content table knows as no drug (contrast, blood, vaccines, fluids, supplies, and drugs that
are swallowed, inhaled, put on or implanted) is none, whatever NDC it carries.
"""

from stream_edits.policies.content.category import Category
from stream_edits.policies.content.value import Categories
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class ContrastImagingRules(EditRules):
    """Values of inherent_to_contrast_imaging/policy.yaml."""

    codes: ProcedureCodes
    imaging: Categories
    contrast_agents: Categories
    inherent: Outcome


class IncludedServiceRules(EditRules):
    """Values of included_service/policy.yaml. ``included`` are the kinds of item."""

    included: Categories
    solutions: ProcedureCodes
    related_supplies: Categories
    never_separate: ProcedureCodes
    bundled: Outcome


def category_of(line: EncounterLine) -> Category | None:
    """What the line's code bills, None if it is not known."""
    return line.policy[VocabularyRules].content.category_of(line.code)


def drug_lines(encounter: Encounter) -> list[EncounterLine]:
    """The active lines that bill a drug: by their code, or by an NDC or drug name on a code that
    the content table does not know, or on none."""
    return [line for line in encounter.active if _is_drug(line)]


def _is_drug(line: EncounterLine) -> bool:
    content = line.policy[VocabularyRules].content
    if content.is_drug(line.code):
        return True
    if not line.names_drug or content.category_of(line.code) is not None:
        return False
    return administration(line) is None


def unknown_drugs(encounter: Encounter) -> list[EncounterLine]:
    """The active lines with a revenue code of drugs and neither a procedure code nor a drug."""
    return [line for line in encounter.active if _is_unknown_drug(line)]


def _is_unknown_drug(line: EncounterLine) -> bool:
    if line.code or line.names_drug:
        return False
    return line.policy[VocabularyRules].is_unknown_drug(line.revenue_code)
