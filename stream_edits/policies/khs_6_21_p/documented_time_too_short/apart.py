"""Whether the times of some lines bear on each other."""

from collections.abc import Sequence

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules


def are_apart(lines: Sequence[EncounterLine]) -> bool:
    """Whether no time of one line counts for another line of its family and technique.

    That is so in most encounters. Times are added up where there are additional hours, and in a
    hydration, which goes on after an interruption.
    """
    if len(lines) == 1:
        return True
    for line in lines:
        words = line.policy[VocabularyRules]
        if line.code in words.additional_hours or line.code in words.hydration:
            return False
    return True
