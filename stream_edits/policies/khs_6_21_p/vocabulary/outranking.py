"""The add-on that ranks above an initial service, and should lead instead (6.21-P IV.B.2)."""

from collections.abc import Mapping, Sequence

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import initial_code
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    add_ons,
    has_separate_site,
    initials,
    is_sequential,
)
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import (
    AddOnRules,
    Primary,
    neighbours_primaries,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules


def rank_in(encounter: Encounter, line: EncounterLine) -> int:
    """The rank of what a line counts as: the lower, the higher; behind all others without one."""
    words = line.policy[VocabularyRules]
    rank = words.rank(encounter.code_of(line))
    return len(words.hierarchy) if rank is None else rank


def _rank_as_initial(encounter: Encounter, line: EncounterLine) -> int:
    """The rank of an add-on where it is to lead. One too short for an infusion leads as a push."""
    words, code = line.policy[VocabularyRules], encounter.code_of(line)
    leading = initial_code(line, code)
    if leading == words.initial_form.get(code):
        return rank_in(encounter, line)
    rank = words.rank(leading) if leading else None
    return len(words.hierarchy) if rank is None else rank


def outranking_add_on(
    encounter: Encounter, initial: EncounterLine, among: Sequence[EncounterLine] | None = None
) -> EncounterLine | None:
    """The highest-ranked add-on that ranks above an initial service, if any.

    ``among`` are the lines that it may be, by default all of the encounter.

    Injections have no rank, so they never outrank. An add-on to the service of a second site or of
    a neighbouring visit, or to an add-on of it, counts only if it outranks that service too. Among
    equals a sequential service comes first, because it can be billed as the initial one.
    """
    rank = rank_in(encounter, initial)
    if not rank:
        # Nothing ranks above the highest.
        return None
    above = [
        line
        for line in add_ons(encounter if among is None else encounter.only(among))
        if rank_in(encounter, line) < rank and _rank_as_initial(encounter, line) < rank
    ]
    if not above:
        return None
    above = _of_this_site(encounter, initial, above)
    if len(above) < 2:
        return above[0] if above else None
    return min(above, key=lambda x: (_rank_as_initial(encounter, x), not is_sequential(x), x.place))


def _of_this_site(
    encounter: Encounter, initial: EncounterLine, lines: Sequence[EncounterLine]
) -> list[EncounterLine]:
    """The add-ons without those that belong to a second site or to a neighbouring visit.

    An add-on belongs there if it adds to the initial service there, which it does not outrank, or
    to an add-on that belongs there.
    """
    # The codes there, each with the best rank of the services that it is there by.
    ranks: dict[str, int] = {}
    for line in initials(encounter):
        if line is not initial and has_separate_site(line):
            _note_rank(ranks, encounter.code_of(line), rank_in(encounter, line))
    here: list[EncounterLine] = []
    for line in lines:
        if adds_to_a_neighbour(encounter, line):
            _note_rank(ranks, encounter.code_of(line), rank_in(encounter, line))
        else:
            here.append(line)
    while ranks:
        there = [(x, rank) for x in here if (rank := _rank_there(encounter, x, ranks)) is not None]
        if not there:
            break
        for line, rank in there:
            _note_rank(ranks, encounter.code_of(line), rank)
        gone = {line.position for line, _ in there}
        here = [line for line in here if line.position not in gone]
    return here


def _note_rank(ranks: dict[str, int], code: str, rank: int) -> None:
    ranks[code] = min(ranks.get(code, rank), rank)


def _rank_there(encounter: Encounter, line: EncounterLine, ranks: Mapping[str, int]) -> int | None:
    """The rank of the service that a line belongs to, None if it belongs to none of these."""
    allowed = line.policy[AddOnRules].primaries.get(encounter.code_of(line), frozenset())
    own = rank_in(encounter, line)
    return min((x for code, x in ranks.items() if code in allowed and x <= own), default=None)


def adds_to_a_neighbour(encounter: Encounter, line: EncounterLine) -> bool:
    """Whether an add-on has a primary in a neighbouring visit that it does not outrank."""
    found = neighbours_primaries(encounter, line)
    if found is None:
        return False
    allowed, primaries = found
    own = rank_in(encounter, line)

    def is_outranked(other: Primary) -> bool:
        # A pump that is a primary without a rank is not outranked.
        rank = other.policy[VocabularyRules].rank(other.code)
        return rank is not None and rank > own

    return primaries.has(line, allowed, lambda x: not is_outranked(x))
