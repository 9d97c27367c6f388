"""Documents that hold back the pricing of a line, and that no edit asks for any more.

A pricing edit holds a line once it has what a pricer reads, and other edits ask for what is
missing. Where a plan changes one side alone, a line that lacks the document is held by nobody.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from stream_edits.domain.decision import Disposition
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.merging import did_you_mean
from stream_edits.policies.values.mode import EditMode
from stream_edits.policies.values.reason_codes import outcomes_in

if TYPE_CHECKING:
    from stream_edits.handbook.overlay_check import Listed

# A code, a document, and the id of the pricing edit.
_Unasked = tuple[str, str, str]


def unasked_documents(
    shipped: Policies, overlaid: Policies, listed: Iterable["Listed"]
) -> Iterator[str]:
    """A warning for each document that a change leaves without an edit that asks for it."""
    before = {policy.id: policy for policy in shipped.all}
    told: set[_Unasked] = set()
    for each in listed:
        change = each.change
        policy_id, day = change.policy_id, change.day
        if not change.edit_id or policy_id not in before or day is None:
            continue
        policy, as_shipped = overlaid[policy_id], before[policy_id]
        was = set(_unasked(as_shipped, day))
        for found in _unasked(policy, day):
            code, document, pricing = found
            sides = (policy, as_shipped)
            if found in was | told or not any(_names(x, change.edit_id, code, day) for x in sides):
                continue
            told.add(found)
            meant = did_you_mean(document, _asked(policy, code, day))
            yield (
                f"{each.where}: {change.shown}.{change.name}: {pricing} holds {code} for pricing "
                f"only with the document {document}, and from {day} on no enforced edit asks a "
                f"line of {code} for it{meant}"
            )


def _unasked(policy: Policy, day: date) -> Iterator[_Unasked]:
    on_date = policy.on(day)
    for edit in policy.edits:
        if not isinstance(edit, LineEdit) or edit.needs is None:
            continue
        if on_date[edit.rules].mode is not EditMode.ENFORCE:
            continue
        for code, documents in edit.needs(on_date).items():
            asked = _asked(policy, code, day)
            yield from ((code, each, edit.id) for each in documents if each not in asked)


def _asked(policy: Policy, code: str, day: date) -> set[str]:
    """The documents that enforced edits ask a line of a code for."""
    on_date = policy.on(day)
    rules = [on_date[edit.rules] for edit in policy.line_edits(on_date, code).single]
    return {
        document
        for own in rules
        if own.mode is EditMode.ENFORCE
        for name in type(own).model_fields
        for _, outcome in outcomes_in(getattr(own, name))
        if outcome.disposition is not Disposition.PASS
        for document in outcome.requests
    }


def _names(policy: Policy, edit_id: str, code: str, day: date) -> bool:
    """Whether an edit of a policy names a code."""
    values = policy.values.get(edit_id)
    return values is not None and code in policy.on(day).codes_of[values.rules]
