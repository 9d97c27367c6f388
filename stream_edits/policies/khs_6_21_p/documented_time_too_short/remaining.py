"""Which infusion remains beside the other services, foreseen before the sequence is judged."""

from collections.abc import Iterable

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    family_of,
    has_added_form,
    is_hydration,
    is_too_short,
    push_of,
    role_of,
)
from stream_edits.policies.khs_6_21_p.vocabulary.lines import has_separate_site, initials
from stream_edits.policies.khs_6_21_p.vocabulary.outranking import (
    adds_to_a_neighbour,
    outranking_add_on,
)
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import adds_to_a_pump
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Role, VocabularyRules


def should_lead(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether an infusion should be the initial service of its encounter."""
    if not _leads_initials(encounter, line) or _adds_to_another(encounter, line):
        return False
    # An add-on that outranks it has it denied, or makes an hour of hydration.
    is_kept = has_added_form(line) and not is_hydration(line)
    return is_kept or outranking_add_on(encounter, line) is None


def _adds_to_another(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether a sequential infusion adds to a pump, which has no rank, or to a neighbouring visit.

    It does not lead instead of that service.
    """
    return adds_to_a_pump(encounter, line, line.code) or adds_to_a_neighbour(encounter, line)


def _leads_initials(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether no initial service of another family leads before an infusion.

    One that is too short for its code is the push that it is rebilled as. One of a second site
    leads only where no initial service is of the first.
    """
    rank = line.policy[VocabularyRules].rank
    own = rank(line.code) or 0
    others = [x for x in initials(encounter) if family_of(x) != family_of(line)]
    higher = [x for x in others if not has_separate_site(x)]
    is_of_first_site = role_of(line) is Role.INITIAL and not has_separate_site(line)
    if not higher and not is_of_first_site:
        higher = others
    codes = [_counts_as(encounter, x) for x in higher]
    return not any((rank(code) or 0) <= own for code in codes)


def _counts_as(encounter: Encounter, line: EncounterLine) -> str:
    """The code that an initial service stands as.

    Those of a higher-ranked family that are taken off are no longer in the encounter. One that is
    still there without a push code is long enough with its hours.
    """
    push = push_of(line) if is_too_short(line) and not line.decided else None
    return push or encounter.code_of(line)


def stands(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether an infusion without a separate-site modifier is not to be an hour of another one."""
    return line.decided or not is_hydration(line) or should_lead(encounter, line)


def is_second_hydration(
    encounter: Encounter, hours: Iterable[EncounterLine], only: EncounterLine
) -> bool:
    """Whether hydration of a second site stands beside the initial service of the first one.

    Hours without a modifier may then be hydration of the first site, which has no first hour.
    ``hours`` are those beside it, also those that were billed as initial ones.
    """
    if not is_hydration(only) or not has_separate_site(only):
        return False
    is_beside_its_own = any(x.code == only.code and not has_separate_site(x) for x in hours)
    return is_beside_its_own or not _leads_initials(encounter, only)


def is_to_be_an_hour(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether initial hydration of an open claim is to be rebilled as an additional hour."""
    if not is_hydration(line) or has_separate_site(line) or line.decided:
        return False
    return not should_lead(encounter, line)
