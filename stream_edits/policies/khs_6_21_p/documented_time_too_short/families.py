"""The lines of an encounter that are measured together: those of one family and technique."""

from collections.abc import Sequence

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    is_hydration,
    is_too_short,
    push_of,
)
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import TimeRules
from stream_edits.policies.khs_6_21_p.vocabulary.hydration import (
    InfusionsBeside,
    is_incidental,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import (
    Family,
    Technique,
    VocabularyRules,
)


def families(encounter: Encounter) -> list[list[EncounterLine]]:
    """The active lines whose codes need time, by family and technique, the highest-ranked first."""
    found: dict[tuple[Family, Technique], list[EncounterLine]] = {}
    for line in encounter.active:
        code, policy = line.code, line.policy
        traits = policy[VocabularyRules].administration.get(code)
        if traits is not None and code in policy[TimeRules].minutes_needed:
            found.setdefault((traits.family, traits.technique), []).append(line)
    if len(found) < 2:
        return list(found.values())
    return sorted(found.values(), key=_rank)


def _rank(lines: Sequence[EncounterLine]) -> int:
    return lines[0].policy[VocabularyRules].rank(lines[0].code) or 0


def incidental_lines(encounter: Encounter, lines: Sequence[EncounterLine]) -> list[EncounterLine]:
    """The open lines of hydration that run beside an infusion and are denied for that later.

    They use up no time of the rest, which may be long enough by itself, and give it none.
    """
    mine = [x for x in lines if not x.decided] if is_hydration(lines[0]) else []
    if not mine:
        return []
    infusions = InfusionsBeside(encounter, mine[0].policy, _is_push)
    return [x for x in mine if is_incidental(infusions, x)]


def _is_push(line: EncounterLine) -> bool:
    return not line.decided and push_of(line) is not None and is_too_short(line)
