"""Which initial service of an encounter leads, and what becomes of the others (6.21-P IV.B.2)."""

from typing import NamedTuple

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    active_add_ons,
    active_initials,
    has_separate_site,
    rank_of,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules


class InitialServices(NamedTuple):
    """The initial services of an encounter, grouped by their result.

    ``leading`` is the accepted initial service, against which the others are judged.
    ``extra_initials`` are open lines to deny. ``overruled`` is an open line that outranks a decided
    ``leading`` line. ``second_sites`` are open lines with a separate-site modifier that need a
    document.
    """

    leading: EncounterLine | None
    extra_initials: tuple[EncounterLine, ...]
    overruled: EncounterLine | None
    second_sites: tuple[EncounterLine, ...]


def initial_services(encounter: Encounter) -> InitialServices:
    """Group the active initial services of an encounter.

    The highest-ranked line without a separate-site modifier is accepted; among equals, the first to
    arrive. A decided line is accepted before any open one. If all lines have the modifier, the
    highest-ranked one is accepted and needs no document.
    """
    initials = encounter.fact(active_initials)
    if not initials:
        return _NONE
    if len(initials) == 1 and not has_separate_site(initials[0]):
        return InitialServices(initials[0], (), None, ())
    plain = [line for line in initials if not has_separate_site(line)]
    modified = [line for line in initials if has_separate_site(line)]
    leading, overruled = _leading(plain)
    extra = tuple(x for x in plain if x not in (leading, overruled) and not x.decided)
    if leading is None:
        leading = _first_of_highest(modified)
    second_sites = tuple(line for line in modified if line is not leading and not line.decided)
    return InitialServices(leading, extra, overruled, second_sites)


_NONE = InitialServices(None, (), None, ())


def _leading(
    plain: list[EncounterLine],
) -> tuple[EncounterLine | None, EncounterLine | None]:
    best = _first_of_highest(plain)
    decided = _first_of_highest([line for line in plain if line.decided])
    if best is None or decided is None or best is decided:
        return best, None
    outranks = _rank(best) < _rank(decided)
    return decided, best if outranks else None


def _first_of_highest(lines: list[EncounterLine]) -> EncounterLine | None:
    if len(lines) < 2:
        return lines[0] if lines else None
    return min(lines, key=lambda line: (_rank(line), line.place))


def _rank(line: EncounterLine) -> int:
    rank = rank_of(line)
    return len(line.policy[VocabularyRules].hierarchy) if rank is None else rank


def outranking_add_on(encounter: Encounter, initial: EncounterLine) -> EncounterLine | None:
    """The highest-ranked active add-on that ranks above an initial service, if any.

    Injections have no rank, so they never outrank.
    """
    rank = _rank(initial)
    above = [line for line in encounter.fact(active_add_ons) if _rank(line) < rank]
    return _first_of_highest(above)
