"""Looks up lines of an encounter in the vocabulary."""

from typing import NamedTuple

from stream_edits.domain.documents import documents_in_words
from stream_edits.domain.normalized import four_digits
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.rules import (
    Administration,
    Family,
    Role,
    VocabularyRules,
)
from stream_edits.policies.values.rules import Outcome
from stream_edits.text import verb

_OF_THE_SAME_DRUG = (Role.ADDITIONAL_HOUR, Role.SAME_DRUG, Role.PUMP_SET_UP)


def administration(line: EncounterLine) -> Administration | None:
    """The traits of the line's code, None if it is not an administration code."""
    return line.policy[VocabularyRules].administration.get(line.code)


def gives_a_drug(line: EncounterLine) -> bool:
    """Whether the line's code gives a drug of its own.

    An additional hour, a further push of the same drug, a further pump set-up and hydration do not.
    """
    traits = administration(line)
    if traits is None:
        return False
    return traits.role not in _OF_THE_SAME_DRUG and traits.family is not Family.HYDRATION


def is_sequential(line: EncounterLine) -> bool:
    """Whether the line's code is a service given after another, which may be the initial one."""
    traits = administration(line)
    return traits is not None and traits.role is Role.SEQUENTIAL


def is_additional_hour(line: EncounterLine) -> bool:
    """Whether the line's code is an additional hour of an infusion."""
    return line.code in line.policy[VocabularyRules].additional_hours


def is_once_a_visit(line: EncounterLine) -> bool:
    """Whether an encounter has the line's code once: an initial service, a concurrent infusion."""
    traits = administration(line)
    return traits is not None and traits.role in (Role.INITIAL, Role.CONCURRENT)


def has_separate_site(line: EncounterLine) -> bool:
    """Whether a modifier says that the service was given at a second site."""
    return not line.modifiers.isdisjoint(line.policy[VocabularyRules].separate_site_modifiers)


def add_ons(encounter: Encounter) -> list[EncounterLine]:
    """The lines that count as a service which needs a primary, in order of arrival."""
    if not encounter.has_rebilled:
        return [x for x in encounter.active if x.code in x.policy[VocabularyRules].add_ons]
    return [
        line
        for line in encounter.sequenced
        if encounter.code_of(line) in line.policy[VocabularyRules].add_ons
    ]


def initials(encounter: Encounter) -> list[EncounterLine]:
    """The lines that count as an initial service, in order of arrival."""
    if not encounter.has_rebilled:
        return [x for x in encounter.active if x.code in x.policy[VocabularyRules].initials]
    return [
        line
        for line in encounter.sequenced
        if encounter.code_of(line) in line.policy[VocabularyRules].initials
    ]


class ServiceBeside(NamedTuple):
    """A service of a day: its procedure code, and the four digits of its revenue code, or empty."""

    code: str
    revenue_code: str


def services_beside(encounter: Encounter) -> frozenset[ServiceBeside]:
    """The services of the claims of a day, also what the policy does not name.

    Of a decided claim only what is kept: what it names, and what accompanies that.
    """
    claims = {line.claim_id: line.claim for line in encounter.lines if line.claim is not None}
    days = {(line.claim_id, line.service_date) for line in encounter.lines}
    of_open = (
        (service.procedure_code, service.revenue_code)
        for claim_id, claim in claims.items()
        for service in claim.lines
        if (claim_id, service.service_date) in days
    )
    of_decided = ((line.code, line.revenue_code) for line in encounter.lines if line.decided)
    both = {*of_open, *of_decided}
    return frozenset(ServiceBeside(code, four_digits(revenue or "")) for code, revenue in both)


def unanswered(line: EncounterLine, outcome: Outcome) -> Outcome | None:
    """The outcome of a line of an open claim, requesting what does not cover it; None if all does.

    One that requests nothing has no answer, so that such an outcome of a plan has an effect.
    """
    missing = outcome.without(line.documents)
    return missing if missing.requests or not outcome.requests else None


def requested(outcome: Outcome, shown: str, otherwise: str, of: str = "") -> str:
    """What to do about an outcome, for a message: send its documents, or something else.

    ``shown`` is what each of them should show, ``of`` what they are about.
    """
    if not outcome.requests:
        return f"{otherwise[0].upper()}{otherwise[1:]}"
    show = verb(len(outcome.requests), "shows", "show")
    return f"Send {documents_in_words(outcome.requests)}{of} that {show} {shown}, or {otherwise}"
