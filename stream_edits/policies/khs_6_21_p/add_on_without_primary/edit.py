"""An add-on code needs its primary in the same encounter (6.21-P IV.B.2, code definitions)."""

from collections.abc import Iterator

from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import (
    AddOnRules,
    counts_as_primary,
    neighbours_primary,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.text import join_words


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Pend each add-on without a primary in its encounter or in a neighbouring visit.

    A denied line that will be rebilled still counts: as itself, or as the code it is rebilled as.
    """
    present = {encounter.code_of(x) for x in encounter.lines if counts_as_primary(encounter, x)}
    for line in encounter.open:
        rules = line.policy[AddOnRules]
        allowed = rules.primaries.get(line.code)
        if allowed is None or not allowed.isdisjoint(present):
            continue
        if neighbours_primary(encounter, line, lambda _: True) is not None:
            continue
        yield (
            line,
            rules.finding(
                rules.orphan,
                line.line_number,
                f"{line.code} is an add-on code, and no service that it adds to "
                f"({join_words(_ranking_with(line, allowed))}) stands in this encounter. The line "
                "waits for a claim that brings one. If none is to come, send a replacement claim "
                f"that bills {_initial_form(line)} instead.",
            ),
        )


def _initial_form(line: EncounterLine) -> str:
    words = line.policy[VocabularyRules]
    return words.initial_form.get(line.code, "the service's initial code")


def _ranking_with(line: EncounterLine, allowed: frozenset[str]) -> list[str]:
    """The primaries that the add-on does not outrank. One that it outranks would be denied."""
    rank = line.policy[VocabularyRules].rank
    own = rank(line.code)
    return [code for code in allowed if own is None or (rank(code) or 0) <= own]


EDIT = EncounterEdit("add-on-without-primary", Group.SEQUENCE, AddOnRules, judge)
