"""Builds policies again with some of their changes reverted, to see what each change causes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from stream_edits.policies.comparing.changes import PROMPT_PAY, Change, terms_of, written
from stream_edits.policies.content.content import Content
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.dated_value import in_force
from stream_edits.policies.values.differences import ABSENT, reverted
from stream_edits.policies.values.prompt_pay import PromptPay, Term


def without(baseline: Policies, candidate: Policies, back: Collection[Change]) -> Policies:
    """The candidate with some of the changes between the two reverted.

    Each version of the result is named like the candidate's. Raises PolicyError if what is left is
    not valid: then a change goes only together with others.
    """
    old = {policy.id: policy for policy in baseline.all}
    new = {policy.id: policy for policy in candidate.all}
    own, kept = _content(baseline), _content(candidate)
    codes = [change.path[0] for change in back if not change.policy_id]
    content = _with_entries(kept, own, codes) if codes else kept
    built = []
    for policy_id in [*new, *(each for each in old if each not in new)]:
        about = [change for change in back if change.policy_id == policy_id]
        built.append(_policy(old.get(policy_id), new.get(policy_id), about, content))
    return Policies([policy for policy in built if policy is not None])


def _content(policies: Policies) -> Content:
    return next(each for policy in policies.all for each in policy.values.values()).content


def _with_entries(content: Content, other: Content, codes: Sequence[str]) -> Content:
    """The table with the entries of some codes as another table has them."""
    entries = {code: each for code, each in content.entries.items() if code not in codes}
    entries |= {code: other.entries[code] for code in codes if code in other.entries}
    return Content(entries.values())


def _policy(
    old: Policy | None, new: Policy | None, back: Sequence[Change], content: Content
) -> Policy | None:
    if old is None or new is None:
        return old if back else new
    edits = {edit.id: edit for edit in new.edits}
    values = dict(new.values)
    for change in back:
        if change.edit_id and not change.name:
            edits.pop(change.edit_id, None)
            values.pop(change.edit_id, None)
            if change.before is not ABSENT:
                edits |= {edit.id: edit for edit in old.edits if edit.id == change.edit_id}
                values[change.edit_id] = old.values[change.edit_id]
    made = [
        _values(old.values.get(edit_id), each, back, content) for edit_id, each in values.items()
    ]
    terms = new.prompt_pay
    about = [change for change in back if change.name == PROMPT_PAY and not change.edit_id]
    if about:
        dated = _reverted(terms_of(old), terms_of(new), about)
        terms = PromptPay({day: Term.model_validate(each) for day, each in dated.items()})
    return Policy(new.about, list(edits.values()), made, new.overlay_hash, terms)


def _values(
    old: EditValues | None, new: EditValues, back: Sequence[Change], content: Content
) -> EditValues:
    """The values of an edit with the changes of it reverted."""
    about = [change for change in back if change.edit_id == new.file.id and change.name]
    if old is None or not (about or content is not new.content):
        return new
    dated = dict(new.dated)
    for name in {change.name for change in about}:
        were, are = old.dated.get(name, {}), new.dated.get(name, {})
        reverted_values = _reverted(
            written(old, name),
            written(new, name),
            [change for change in about if change.name == name],
        )
        places = are or were
        dated[name] = {
            day: in_force(places, day)._replace(value=new.default(name) if v is ABSENT else v)
            for day, v in reverted_values.items()
            if day != date.min
        }
        if not dated[name] or all(each is ABSENT for each in reverted_values.values()):
            del dated[name]
    return new.revised(dated, content)


def _reverted(
    old: Mapping[date, Any], new: Mapping[date, Any], back: Sequence[Change]
) -> dict[date, Any]:
    """The values by day, with the changes reverted where they hold, only days of a new value."""
    found: dict[date, Any] = {}
    last: list[Any] = []
    for day in sorted({*old, *new}):
        value = in_force(new, day) if new else ABSENT
        for change in back:
            if change.holds_on(day):
                value = reverted(value, change.path, change.before)
        if not last or last[0] != value:
            found[day] = value
            last = [value]
    return found
