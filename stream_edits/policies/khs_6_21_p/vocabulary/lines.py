"""Looks up lines of an encounter in the vocabulary."""

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.rules import (
    Administration,
    Family,
    Role,
    VocabularyRules,
)
from stream_edits.policies.values.rules import Outcome


def administration(line: EncounterLine) -> Administration | None:
    """The traits of the line's code, None if it is not an administration code."""
    return line.policy[VocabularyRules].administration.get(line.code)


def gives_a_drug(line: EncounterLine) -> bool:
    """Whether the line's code gives a drug: not an additional hour, and not hydration."""
    traits = administration(line)
    if traits is None:
        return False
    return traits.role is not Role.ADDITIONAL_HOUR and traits.family is not Family.HYDRATION


def is_initial(line: EncounterLine) -> bool:
    """Whether the line's code is an initial service."""
    return line.code in line.policy[VocabularyRules].initials


def rank_of(line: EncounterLine) -> int | None:
    """The rank of the line's code in the hierarchy, 0 is the highest. None if it has no rank."""
    return line.policy[VocabularyRules].rank(line.code)


def has_separate_site(line: EncounterLine) -> bool:
    """Whether a modifier says that the service was given at a second site."""
    return not line.modifiers.isdisjoint(line.policy[VocabularyRules].separate_site_modifiers)


def active_add_ons(encounter: Encounter) -> list[EncounterLine]:
    """The active lines that need a primary service beside them, in order of arrival."""
    return [
        line
        for line in encounter.active
        if (traits := administration(line)) is not None and traits.is_add_on
    ]


def active_initials(encounter: Encounter) -> list[EncounterLine]:
    """The active initial services of an encounter, in order of arrival."""
    return [line for line in encounter.active if is_initial(line)]


def has_documents(line: EncounterLine, outcome: Outcome) -> bool:
    """Whether every document that an outcome requests covers a line of an open claim.

    False if it requests none, so that a plan's outcome without a request still has an effect.
    """
    return bool(outcome.requests) and line.documents.issuperset(outcome.requests)
