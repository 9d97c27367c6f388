"""An add-on code needs its primary in the same encounter (6.21-P IV.B.2, code definitions).

A line that is denied only for its place in the sequence still counts, and so does one that is to be
rebilled as a push. A primary is needed both as billed and after rebilling.
"""

from collections.abc import Iterator, Sequence

from stream_edits.domain.decision import Disposition, EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.add_on_without_primary.advice import advice
from stream_edits.policies.khs_6_21_p.vocabulary.initial_service import (
    Rebilling,
    has_neighbours_primary,
    rebilling,
)
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import (
    AddOnRules,
    counts_as_primary,
    initial_push,
    primary_code,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.khs_6_21_p.vocabulary.ways import forms
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.ways import Ways
from stream_edits.text import join_words

_OTHERWISE = "If none is to come, send a replacement claim {remedy}."
# A plan may change the disposition. A denied line is not decided again when its primary comes.
_WORDS = {
    Disposition.PEND: f"The line waits for a claim that brings one. {_OTHERWISE}",
    Disposition.PASS: "The line passes without one.",
    Disposition.DENY: "Once a claim has brought one, send this line again on a replacement claim. "
    + _OTHERWISE,
}


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Pend each add-on without a primary in its encounter or in a neighbouring visit."""
    added = [x for x in encounter.open if x.code in x.policy[AddOnRules].primaries]
    if not added:
        return
    rebilled = encounter.fact(rebilling)
    primaries: Sequence[EncounterLine] = encounter.active
    if len(primaries) < len(encounter.lines):
        primaries = [x for x in encounter.lines if counts_as_primary(encounter, x)]
    billed = _codes(encounter, primaries)
    present = _after(encounter, primaries, rebilled) if rebilled.codes else billed
    orphans = []
    for line in added:
        allowed = line.policy[AddOnRules].primaries[line.code]
        stays = line is rebilled.leads or not allowed.isdisjoint(present)
        if stays and not allowed.isdisjoint(billed):
            continue
        if not has_neighbours_primary(encounter, line):
            orphans.append(line)
    for line, remedy in advice(encounter, orphans) if orphans else ():
        yield line, _finding(line, remedy)


def _codes(encounter: Encounter, primaries: Sequence[EncounterLine]) -> set[str]:
    """The codes that the primaries count as."""
    if encounter.has_rebilled:
        push = encounter.fact(initial_push)
        return {primary_code(encounter, x, push) for x in primaries}
    return {x.code for x in primaries}


def _after(
    encounter: Encounter, primaries: Sequence[EncounterLine], rebilled: Rebilling
) -> set[str]:
    """The codes of the primaries after the denied initial services are rebilled."""
    push = encounter.fact(initial_push)
    return {
        code
        for x in primaries
        for code in rebilled.codes.get(x.position, (primary_code(encounter, x, push),))
    }


def _finding(line: EncounterLine, remedy: str) -> EditFinding:
    rules = line.policy[AddOnRules]
    allowed = rules.primaries[line.code]
    return rules.finding(
        rules.orphan,
        line.line_number,
        f"{line.code} is an add-on code, and no service that it adds to "
        f"({join_words(_ranking_with(line, allowed))}) stands in this encounter. "
        f"{_WORDS[rules.orphan.disposition].format(remedy=remedy)}",
        section=rules.sections.get(line.code),
    )


def _ranking_with(line: EncounterLine, allowed: frozenset[str]) -> list[str]:
    """The primaries that the add-on does not outrank. One that it outranks would be denied."""
    rank = line.policy[VocabularyRules].rank
    own = rank(line.code)
    return [code for code in allowed if own is None or (rank(code) or 0) <= own]


def _awaited(policy: PolicyOnDate, code: str) -> tuple[str, ...]:
    """The codes that it may be added to: its own initial one, then by rank."""
    words = policy[VocabularyRules]
    own, rank = words.initial_form.get(code), words.rank
    primaries = policy[AddOnRules].primaries.get(code, frozenset())
    order = {each: (each != own, rank(each) is None, rank(each) or 0, each) for each in primaries}
    return tuple(sorted(order, key=order.__getitem__))


EDIT = EncounterEdit(
    "add-on-without-primary",
    Group.SEQUENCE,
    AddOnRules,
    judge,
    only_on=lambda policy: frozenset(policy[AddOnRules].primaries),
    waits_for=WaitsFor.CLAIM,
    ways=Ways(forms=forms, services=_awaited),
)
