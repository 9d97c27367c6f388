"""Which initial service of an encounter leads, and what becomes of the others (6.21-P IV.B.2)."""

from typing import NamedTuple

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import initial_code
from stream_edits.policies.khs_6_21_p.vocabulary.lines import has_separate_site, initials
from stream_edits.policies.khs_6_21_p.vocabulary.outranking import outranking_add_on, rank_in
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import (
    Primaries,
    Primary,
    neighbours_primaries,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Family, VocabularyRules


class InitialServices(NamedTuple):
    """The initial services of an encounter, grouped by their result.

    ``leading`` is the accepted initial service, against which the others are judged. It may be a
    denied line that is to be rebilled as an initial service. ``extra_initials`` are open lines to
    deny. ``overruled`` is an open line that should lead instead of a decided ``leading`` line.
    ``second_sites`` are open lines with a separate-site modifier that need a document.
    """

    leading: EncounterLine | None
    extra_initials: tuple[EncounterLine, ...]
    overruled: EncounterLine | None
    second_sites: tuple[EncounterLine, ...]


def initial_services(encounter: Encounter) -> InitialServices:
    """Group the initial services of an encounter.

    The highest-ranked line without a separate-site modifier is accepted. Among equals, one that
    cannot be billed as an add-on comes first, then the first to arrive. A decided line is accepted
    before any open one. If all lines have the modifier, the highest-ranked one is accepted and
    needs no document.
    """
    found = initials(encounter)
    if not found:
        return _NONE
    if len(found) == 1 and not has_separate_site(found[0]):
        return InitialServices(found[0], (), None, ())
    plain = [line for line in found if not has_separate_site(line)]
    modified = [line for line in found if has_separate_site(line)]
    leading, overruled = _leading(encounter, plain)
    extra = [x for x in plain if x not in (leading, overruled) and _may_be_denied(encounter, x)]
    if leading is None:
        leading = _first(encounter, modified)
    second = [x for x in modified if x is not leading and _may_be_denied(encounter, x)]
    return InitialServices(leading, tuple(extra), overruled, tuple(second))


_NONE = InitialServices(None, (), None, ())


class Rebilling(NamedTuple):
    """How the denied initial services of an encounter are to be rebilled.

    ``codes`` holds the codes that stand for a denied line afterwards, by its position: its add-on
    form, or its own code if it has none, and for an outranked one the code that is to be the
    initial service. ``leads`` is the add-on that is to be the initial service.
    """

    codes: dict[int, frozenset[str]]
    leads: EncounterLine | None


def rebilling(encounter: Encounter) -> Rebilling:
    """How the initial services that are denied in this group are to be rebilled."""
    services = encounter.fact(initial_services)
    codes = {x.position: _added(x, x.code) for x in services.extra_initials}
    # Most encounters have no line that was denied before this group and is rebilled.
    initial = services.overruled or services.leading
    for line in initials(encounter) if encounter.has_rebilled else ():
        is_denied = encounter.code_of(line) != line.code
        if is_denied and line is not services.leading and _is_added(encounter, line, initial):
            codes[line.position] = _added(line, encounter.code_of(line))
    if initial is None or not _may_be_denied(encounter, initial):
        return Rebilling(codes, None)
    leads = outranking_add_on(encounter, initial)
    if leads is not None:
        code = encounter.code_of(leads)
        form = initial_code(leads, code) or code
        codes[initial.position] = _added(initial, initial.code) | {form}
    return Rebilling(codes, leads)


def _is_added(encounter: Encounter, line: EncounterLine, initial: EncounterLine | None) -> bool:
    """Whether a line is rebilled as an add-on beside the initial service that stands.

    A second site keeps its initial code if it outranks that service.
    """
    if initial is None or not has_separate_site(line):
        return True
    return rank_in(encounter, line) >= rank_in(encounter, initial)


def _added(line: EncounterLine, code: str) -> frozenset[str]:
    return frozenset([line.policy[VocabularyRules].add_on_form.get(code, code)])


def _may_be_denied(encounter: Encounter, line: EncounterLine) -> bool:
    return not line.decided and encounter.is_active(line)


def _leading(
    encounter: Encounter, plain: list[EncounterLine]
) -> tuple[EncounterLine | None, EncounterLine | None]:
    best = _first(encounter, plain)
    if best is None or best.decided:
        return best, None
    decided = [line for line in plain if line.decided]
    standing = _first(encounter, [line for line in decided if encounter.is_active(line)])
    first = standing or _first(encounter, decided)
    if first is None or _order(encounter, best) < _order(encounter, first):
        # A denied line is to be rebilled in any case, so none is overruled with it.
        return (best, None) if standing is None else (standing, best)
    return first, None


def _first(encounter: Encounter, lines: list[EncounterLine]) -> EncounterLine | None:
    if len(lines) < 2:
        return lines[0] if lines else None
    active = encounter.is_active
    return min(lines, key=lambda x: (_order(encounter, x), not active(x), x.place))


def _order(encounter: Encounter, line: EncounterLine) -> tuple[int, bool]:
    """The rank of what the line counts as, then whether it can be billed as an add-on."""
    has_form = encounter.code_of(line) in line.policy[VocabularyRules].add_on_form
    return rank_in(encounter, line), has_form


def leading_push(encounter: Encounter) -> EncounterLine | None:
    """The initial service that stands; without one, the first of the highest-ranked pushes.

    These are infusions too short for their code, one of which is then rebilled as the initial push.
    """
    services = encounter.fact(initial_services)
    leading = services.overruled or services.leading
    if leading is not None:
        return leading
    pushes = [x for x in encounter.sequenced if encounter.code_of(x) != x.code]
    words = [(x.policy[VocabularyRules].rank(encounter.code_of(x)) or 0, x.place) for x in pushes]
    return pushes[words.index(min(words))] if pushes else None


def has_neighbours_primary(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether a neighbouring visit has a primary of an add-on.

    It is not denied there, or is rebilled as a primary. Hydration is a primary of higher-ranked
    add-ons only so that the edit of the initial service speaks in their common encounter, so it is
    none of theirs from another visit.
    """
    found = neighbours_primaries(encounter, line)
    if found is None:
        return False
    allowed, primaries = found
    words = line.policy[VocabularyRules]
    own = words.rank(line.code)

    def may_be(other: Primary) -> bool:
        traits = words.administration.get(other.code)
        if own is None or traits is None or traits.family is not Family.HYDRATION:
            return True
        return (words.rank(other.code) or 0) <= own

    def stands(other: Primary) -> bool:
        is_primary = other.rebilled is None or not other.rebilled.isdisjoint(allowed)
        return is_primary and may_be(other)

    if not primaries.has(line, allowed, may_be):
        return False
    return encounter.around.current(_after_rebilling).has(line, allowed, stands)


def _after_rebilling(around: Encounter) -> Primaries:
    """The primaries of all visits, after the denied initial services of each are rebilled."""
    return Primaries(around, lambda lines: rebilling(around.only(lines)).codes)
