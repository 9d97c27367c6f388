"""One line for each value that a plan sets: edit, value, date, and what it changes of the shipped.

It is for a quick look and for ``grep``; ``handbook/overlay_check.py`` has each change by itself.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from stream_edits.handbook.wording import codes_in_words, value_in_words
from stream_edits.policies.content.content import Content
from stream_edits.policies.policy import Policies, Policy

Key = tuple[str, str, str, date]


def summaries(shipped: Policies, overlaid: Policies) -> dict[Key, str]:
    """The change of each plan's value in words, by policy, edit, value and date.

    It is against what held before: an earlier value of the plan, or else what is shipped.
    """
    found = {}
    before = {policy.id: policy for policy in shipped.all}
    for policy in overlaid.all:
        for edit_id, values in policy.values.items():
            if policy.id not in before or edit_id not in before[policy.id].values:
                continue
            for name, by_date in values.dated.items():
                plans = sorted(day for day, each in by_date.items() if each.is_plans)
                for day in plans:
                    was = _value(before[policy.id], edit_id, name, day)
                    if day > plans[0]:
                        was = _value(policy, edit_id, name, day - timedelta(days=1))
                    becomes = _value(policy, edit_id, name, day)
                    found[policy.id, edit_id, name, day] = _difference(was, becomes)
    return found


def _value(policy: Policy, edit_id: str, name: str, day: date) -> Any:
    # Rules of a plan's own edit are another class each time that they are loaded.
    return getattr(policy.on(day)[policy.values[edit_id].rules], name)


def _difference(was: Any, becomes: Any) -> str:
    if was == becomes:
        return f"{value_in_words(was)} (unchanged)"
    if isinstance(was, frozenset) and isinstance(becomes, frozenset):
        parts = [("added", becomes - was), ("removed", was - becomes)]
        return "; ".join(f"{word} {codes_in_words(codes)}" for word, codes in parts if codes)
    if isinstance(was, Content) and isinstance(becomes, Content):
        was, becomes = dict(was.changes), dict(becomes.changes)
    if isinstance(was, dict) and isinstance(becomes, dict):
        return "; ".join(_keys_changed(was, becomes)) or "unchanged"
    return f"{value_in_words(was)} -> {value_in_words(becomes)}"


def _keys_changed(was: dict[Any, Any], becomes: dict[Any, Any]) -> Iterator[str]:
    for key in [*was, *(key for key in becomes if key not in was)]:
        if key not in becomes:
            yield f"{key}: {value_in_words(was[key])} -> removed"
        elif key not in was:
            yield f"{key}: added, {value_in_words(becomes[key] or 'none')}"
        elif was[key] != becomes[key]:
            yield f"{key}: {_difference(was[key], becomes[key])}"
