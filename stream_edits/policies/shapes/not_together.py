"""The shape ``not_together``: some codes are not paid beside others."""

from collections.abc import Iterator
from typing import cast

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.shapes.shape import Declared, Shape, ShapeRules
from stream_edits.policies.values.codes import Modifiers
from stream_edits.policies.values.rules import Outcome, ProcedureCodes
from stream_edits.policies.ways import Ways
from stream_edits.text import join_words

_USUAL = {
    Scope.ENCOUNTER: "{code} was billed in one encounter with {other}, and is not paid beside it. "
    "Take the line off the claim{unless}.",
    Scope.DAY: "{code} was billed on the same day as {other}, and is not paid beside it. Take the "
    "line off the claim{unless}.",
}


class Rules(ShapeRules):
    """A line with one of ``codes`` is not paid beside one with another code of ``not_with``.

    A code may be in both lists; of two such lines the first to come is paid. A line with one of
    ``separating_modifiers`` is judged apart.
    """

    codes: ProcedureCodes
    not_with: ProcedureCodes
    separating_modifiers: Modifiers = frozenset()
    together: Outcome


def make(edit: Declared) -> EncounterEdit:
    """An edit of this shape."""
    own = cast(type[Rules], edit.rules)
    scope = edit.scope or Scope.ENCOUNTER

    def judge(encounter: Encounter) -> Iterator[LineFinding]:
        """Deny a line beside one with a code that it is not paid with."""
        for line in encounter.open:
            rules = line.policy[own]
            if line.code not in rules.codes:
                continue
            if not rules.separating_modifiers.isdisjoint(line.modifiers):
                continue
            beside = [x for x in encounter.active if _excludes(x, line, rules, scope)]
            if beside:
                yield line, finding(line, beside, rules)

    def finding(line: EncounterLine, beside: list[EncounterLine], rules: Rules) -> EditFinding:
        other = min(beside, key=lambda x: (x.claim_id != line.claim_id, x.place))
        apart = rules.separating_modifiers
        unless = f", or bill it with modifier {join_words(apart)} if it was apart" if apart else ""
        text = edit.message(
            "together", _USUAL[scope], code=line.code, other=other.code, unless=unless
        )
        claims = dict.fromkeys(x.claim_id for x in beside if x.claim_id != line.claim_id)
        return rules.finding(
            rules.together, line.line_number, text, related_claim_ids=tuple(claims)
        )

    return EncounterEdit(
        edit.id,
        Group.INCIDENTAL,
        own,
        judge,
        scope=scope,
        only_on=lambda policy: policy[own].codes,
        waits_for=edit.waits_for or WaitsFor.PROVIDER,
        ways=_ways(own, scope),
    )


def _ways(own: type[Rules], scope: Scope) -> Ways:
    return Ways(
        modifiers=lambda policy, code: tuple(sorted(policy[own].separating_modifiers)),
        second_visit=scope is Scope.ENCOUNTER,
    )


def _excludes(other: EncounterLine, line: EncounterLine, rules: Rules, scope: Scope) -> bool:
    """Whether a line is not paid beside another one."""
    if other.code == line.code or other.code not in rules.not_with:
        return False
    if scope is Scope.DAY and other.service_date != line.service_date:
        return False
    if other.code in rules.codes and line.code in rules.not_with:
        # Each excludes the other: a decided line stands, and so does the one that came first.
        return other.decided or other.place < line.place
    return True


SHAPE = Shape(
    "not_together",
    Rules,
    make,
    messages={"together": frozenset({"code", "other", "unless"})},
    scopes=(Scope.ENCOUNTER, Scope.DAY),
)
