"""Entries in an overlay that match nothing, such as ``085`` among facility types of two digits, or
that are probably misspelt, such as ``invioce`` among documents."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stream_edits.handbook.overlay_strings import (
    beside,
    documents_in,
    documents_of,
    misspelt,
    strings,
)
from stream_edits.policies.changes import Change
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.dated_value import in_force

if TYPE_CHECKING:
    from stream_edits.handbook.overlay_check import Listed

_DIGITS = re.compile(r"[0-9]+")
# Fewer entries do not show what all of them have in common.
_ENOUGH = 3
_PROCEDURE_LENGTH = 5


def odd_entries(shipped: Policies, overlaid: Policies, listed: Iterable["Listed"]) -> Iterator[str]:
    """A warning for each new entry that is unlike all shipped ones beside it.

    Codes of digits that all have one length, such as places of service and revenue codes, are
    compared by length. Procedure codes are left to `unknown_codes`. Documents are compared with
    those that a shipped policy names.
    """
    known = {policy.id: documents_of(policy) for policy in shipped.all}
    for each in listed:
        change = each.change
        if not change.edit_id or not change.name or change.policy_id not in known:
            continue
        near = beside(shipped[change.policy_id], change)
        documents = set(_documents(overlaid, change)) & set(strings(change.after))
        for problem in (
            *_of_another_length(sorted(set(strings(change.after)) - near), near),
            *misspelt(sorted(documents), known[change.policy_id]),
        ):
            yield f"{each.where}: {change.shown}.{change.name}: {problem}"


def _documents(overlaid: Policies, change: Change) -> list[str]:
    """The documents of the value that a change is in, with the change."""
    dated = overlaid[change.policy_id].values[change.edit_id].dated.get(change.name)
    if not dated or change.day is None:
        return []
    return documents_in(change.name, in_force(dated, change.day).value)


def _of_another_length(entries: Iterable[str], near: set[str]) -> Iterator[str]:
    sizes = {len(x) for x in near}
    if len(near) < _ENOUGH or len(sizes) > 1 or not all(map(_DIGITS.fullmatch, near)):
        return
    (size,) = sizes
    for entry in entries:
        if len(entry) != size != _PROCEDURE_LENGTH:
            yield f'"{entry}" matches nothing: the other entries have {size} characters'
