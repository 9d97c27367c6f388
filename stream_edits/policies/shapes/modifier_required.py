"""The shape ``modifier_required``: some codes need one of some modifiers."""

from collections.abc import Iterator
from typing import cast

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shapes.shape import Declared, Shape, ShapeRules
from stream_edits.policies.values.codes import Modifiers
from stream_edits.policies.values.rules import Outcome, ProcedureCodes
from stream_edits.policies.ways import Ways
from stream_edits.text import join_words

_USUAL = (
    "{code} was billed without modifier {modifiers}, which it needs. If the record supports it, "
    "send a replacement claim with that modifier."
)


class Rules(ShapeRules):
    """Each of ``modifiers`` is enough. ``missing`` is the outcome of a line that has none."""

    codes: ProcedureCodes
    modifiers: Modifiers
    missing: Outcome


def make(edit: Declared) -> LineEdit:
    """An edit of this shape."""
    own = cast(type[Rules], edit.rules)

    def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
        """Hold a line whose code needs a modifier that it does not have."""
        rules = policy[own]
        if not rules.modifiers.isdisjoint(line.modifiers):
            return
        modifiers = join_words(rules.modifiers)
        code = line.procedure_code
        message = edit.message("missing", _USUAL, code=code, modifiers=modifiers)
        yield rules.finding(rules.missing, line.line_number, message)

    return LineEdit(
        edit.id,
        own,
        judge,
        waits_for=edit.waits_for or WaitsFor.PROVIDER,
        ways=Ways(modifiers=lambda policy, code: tuple(sorted(policy[own].modifiers))),
    )


SHAPE = Shape(
    "modifier_required", Rules, make, messages={"missing": frozenset({"code", "modifiers"})}
)
