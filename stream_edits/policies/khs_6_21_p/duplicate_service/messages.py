"""The messages of duplicate-service."""

from collections.abc import Iterable, Set

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    is_once_a_visit,
    requested,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.values.rules import Outcome
from stream_edits.text import join_words


def duplicate(line: EncounterLine, repeat_modifiers: Set[str]) -> str:
    """The same service is on an earlier claim."""
    # What both lines have does not tell them apart.
    modifiers = _given_again(line, repeat_modifiers - line.modifiers)
    again = (
        f"if the service was given twice, bill it with a modifier that says so ({modifiers}); "
        if modifiers
        else ""
    )
    return (
        f"{_billed(line)} If it was sent twice by mistake, nothing needs to be done; {again}to "
        "correct the earlier claim, send a replacement."
    )


def _given_again(line: EncounterLine, modifiers: Set[str]) -> str:
    """Those of the modifiers with which the line can stand, and what they say."""
    if not is_once_a_visit(line):
        return join_words(modifiers)
    words = line.policy[VocabularyRules]
    parts = []
    if words.visits.second_visit in modifiers:
        parts.append(f"{words.visits.second_visit} for a second visit that day")
    sites = words.separate_site_modifiers & modifiers
    if sites and line.code in words.initials:
        parts.append(f"{join_words(sites)} for a second site, with the justification")
    return "; ".join(parts)


def of_unknown_correction(line: EncounterLine, other: EncounterLine) -> str:
    """One of the two claims replaces a claim that is not known, or does not say which."""
    whose = "This claim" if line.replaces_unknown else "The other claim"
    return (
        f"{_billed_like(line, other)} {whose} is a replacement, but it names no claim, or one that "
        "is not known here, was already replaced, or is a correction that was denied as a whole. "
        "It may be meant for the related claim: send a replacement with the payer's number of the "
        "claim that it corrects."
    )


def late_charge(line: EncounterLine, frequencies: Iterable[str], outcome: Outcome) -> str:
    """One of the two claims is for late charges."""
    whose = "This claim" if line.frequency in frequencies else "The other claim"
    remedy = requested(outcome, "both", "void the claim that is not needed", of=" of the day")
    return (
        f"{_billed(line)} {whose} is for late charges, so it may be for another service. {remedy}."
    )


def _billed_like(line: EncounterLine, other: EncounterLine) -> str:
    if (line.start, line.end, line.units) == (other.start, other.end, other.units):
        return _billed(line)
    return f"{line.code} of the same date is on another claim (see the related claim)."


def _billed(line: EncounterLine) -> str:
    return (
        f"{line.code} was billed with the same date{', times' if line.start else ''} and units on "
        "another claim (see the related claim)."
    )
