"""Which initial service of an encounter leads, and what becomes of the others (6.21-P IV.B.2)."""

from typing import NamedTuple

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    add_ons,
    has_separate_site,
    initials,
)
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import neighbours_primary
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules


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


def _may_be_denied(encounter: Encounter, line: EncounterLine) -> bool:
    return not line.decided and encounter.is_active(line)


def _leading(
    encounter: Encounter, plain: list[EncounterLine]
) -> tuple[EncounterLine | None, EncounterLine | None]:
    best = _first(encounter, plain)
    decided = _first(encounter, [line for line in plain if line.decided])
    if best is None or decided is None or best is decided:
        return best, None
    if _order(encounter, best) >= _order(encounter, decided):
        return decided, None
    if not encounter.is_active(decided):
        # It is to be rebilled in any case.
        return best, None
    return decided, best


def _first(encounter: Encounter, lines: list[EncounterLine]) -> EncounterLine | None:
    if len(lines) < 2:
        return lines[0] if lines else None
    active = encounter.is_active
    return min(lines, key=lambda x: (_order(encounter, x), not active(x), x.place))


def _order(encounter: Encounter, line: EncounterLine) -> tuple[int, bool]:
    """The rank of what the line counts as, then whether it can be billed as an add-on."""
    has_form = encounter.code_of(line) in line.policy[VocabularyRules].add_on_form
    return _rank(encounter, line), has_form


def _rank(encounter: Encounter, line: EncounterLine) -> int:
    words = line.policy[VocabularyRules]
    rank = words.rank(encounter.code_of(line))
    return len(words.hierarchy) if rank is None else rank


def outranking_add_on(encounter: Encounter, initial: EncounterLine) -> EncounterLine | None:
    """The highest-ranked add-on that ranks above an initial service, if any.

    Injections have no rank, so they never outrank. An add-on to a service of a neighbouring visit
    counts only if it outranks that service too.
    """
    rank = _rank(encounter, initial)
    above = [
        line
        for line in add_ons(encounter)
        if _rank(encounter, line) < rank and not _adds_to_a_neighbour(encounter, line)
    ]
    return _first(encounter, above)


def _adds_to_a_neighbour(encounter: Encounter, line: EncounterLine) -> bool:
    own = _rank(encounter, line)
    return neighbours_primary(encounter, line, lambda x: _rank(encounter, x) <= own) is not None
