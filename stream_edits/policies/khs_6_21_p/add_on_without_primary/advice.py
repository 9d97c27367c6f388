"""What a claim is to bill for its add-ons if no primary comes: one initial service for all of them.

Who bills it gets no other finding of the sequence or of the documented time.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import initial_code
from stream_edits.policies.khs_6_21_p.vocabulary.initial_service import leading_push, rebilling
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.one_unit import one_unit
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import AddOnRules, adds_to_a_pump
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Role, VocabularyRules
from stream_edits.text import counted, join_words

_WITHOUT = "without the line"


class _Initial(NamedTuple):
    """An initial service: its code, and the line to bill with it. Without one it stands already.

    ``push`` is the code of a push that would stand without it, and that no other finding adds to
    it: it is recommended for an infusion that was too short.
    """

    code: str
    line: EncounterLine | None = None
    push: str | None = None


def advice(
    encounter: Encounter, orphans: Sequence[EncounterLine]
) -> Iterator[tuple[EncounterLine, str]]:
    """The add-ons without a primary, each with what its replacement claim is to bill."""
    initial = _initial(encounter, orphans)
    firsts: dict[frozenset[str], EncounterLine] = {}
    for line in orphans:
        if line.code in line.policy[VocabularyRules].initial_form:
            yield line, _in_sequence(encounter, line, initial)
        else:
            # It has no place in the hierarchy. One primary is enough for all of its kind.
            allowed = line.policy[AddOnRules].primaries[line.code]
            first = firsts.setdefault(allowed, line)
            lead = _Initial(join_words(allowed), first)
            yield line, _as_lead(encounter, lead, line) if line is first else _beside(lead, first)


def _initial(encounter: Encounter, orphans: Sequence[EncounterLine]) -> _Initial | None:
    """The initial service of the corrected encounter.

    The highest-ranked of the add-ons without a primary is to be billed as one, unless another
    service stands before it. None if all are too short for it.
    """
    standing = _standing(encounter)
    found = []
    for line in orphans:
        code, words = initial_code(line, line.code), line.policy[VocabularyRules]
        if code is not None and (rank := words.rank(code)) is not None:
            found.append((rank, line.place, _Initial(code, line)))
    if not found:
        return standing
    rank, _, highest = min(found, key=lambda x: x[:2])
    if standing is None:
        return highest
    own = orphans[0].policy[VocabularyRules].rank(standing.code)
    return highest._replace(push=standing.push) if own is None or rank < own else standing


def _standing(encounter: Encounter) -> _Initial | None:
    """The initial service that stands, or that another finding asks for."""
    leads = encounter.fact(rebilling).leads
    if leads is not None:
        code = encounter.code_of(leads)
        return _Initial(initial_code(leads, code) or code, leads)
    leading = encounter.fact(leading_push)
    if leading is None:
        return None
    code = encounter.code_of(leading)
    if code == leading.code:
        return _Initial(code)
    if adds_to_a_pump(encounter, leading, code):
        return None
    push = leading.policy[VocabularyRules].initial_form.get(code, code)
    return _Initial(push, push=push)


def _in_sequence(encounter: Encounter, line: EncounterLine, initial: _Initial | None) -> str:
    if initial is None:
        return _WITHOUT
    if line is initial.line:
        return _as_lead(encounter, initial, line)
    if initial.line is not None and initial.code in line.policy[AddOnRules].primaries[line.code]:
        return _beside(initial, initial.line)
    own = initial_code(line, line.code)
    added = line.policy[VocabularyRules].add_on_form.get(own) if own else None
    if added is None or not _adds_to(line, added, initial.code):
        return _WITHOUT
    return f"{_billing(encounter, line, added)}, as a service added to {initial.code}"


def _adds_to(line: EncounterLine, added: str, code: str) -> bool:
    """Whether an add-on code may be added to another: not to every initial code of a plan."""
    return code in line.policy[AddOnRules].primaries.get(added, frozenset())


def _as_lead(encounter: Encounter, lead: _Initial, line: EncounterLine) -> str:
    billing = _billing(encounter, line, lead.code)
    added = line.policy[VocabularyRules].add_on_form.get(lead.push) if lead.push else None
    return f"{billing}, and {added} instead of {lead.push}" if added else billing


def _beside(lead: _Initial, first: EncounterLine) -> str:
    """What to bill for a line that is added to another one once that is its primary."""
    billed = one_unit(first.code, first.units)
    return f"that bills {lead.code} instead of {billed}, and this line beside it"


def _billing(encounter: Encounter, line: EncounterLine, code: str) -> str:
    """One unit of a line with another code, and the others as before if they may add to it."""
    billing = f"that bills {one_unit(code, line.units)} instead"
    if code not in line.policy[AddOnRules].primaries[line.code]:
        return billing
    further = encounter.allowed_units(line) - 1
    traits = administration(line)
    if traits is not None and traits.role is Role.CONCURRENT:
        # It is reported once an encounter.
        others = [x for x in encounter.active if x.code == line.code and x is not line]
        further = 0.0 if others else min(further, 1.0)
    if further <= 0:
        return billing
    return f"{billing}, and {counted(further, 'units')} of {line.code}"
