"""Entries in an overlay that can match nothing, or that are probably misspelt.

Such as ``085`` among facility types of two digits, or ``invioce`` among documents.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stream_edits.handbook.unknown_codes import KIND, beside, named_by, strings
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.merging import likely

if TYPE_CHECKING:
    from stream_edits.handbook.overlay_check import Listed

_DIGITS = re.compile(r"[0-9]+")
# Fewer entries do not show what all of them have in common.
_ENOUGH = 3


def odd_entries(shipped: Policies, listed: Iterable["Listed"]) -> Iterator[str]:
    """A warning for each new entry that is unlike all shipped ones beside it.

    Beside codes of digits that all have one length, such as places of service and revenue codes,
    it has another length. A document is like one that a shipped policy names.
    """
    named = {policy.id: named_by(policy) for policy in shipped.all}
    for each in listed:
        change = each.change
        if not change.edit_id or not change.name or change.policy_id not in named:
            continue
        near = beside(shipped[change.policy_id], change)
        for entry in sorted(set(strings(change.after)) - named[change.policy_id]):
            problem = _of_form(entry, near) or _of_document(entry, named[change.policy_id])
            if problem:
                yield f"{each.where}: {change.shown}.{change.name}: {problem}"


def _of_form(entry: str, near: set[str]) -> str | None:
    sizes = {len(x) for x in near}
    if len(near) < _ENOUGH or len(sizes) > 1 or not all(map(_DIGITS.fullmatch, near)):
        return None
    (size,) = sizes
    if len(entry) == size:
        return None
    return f'"{entry}" can match nothing: all that is beside it has {size} characters'


def _of_document(entry: str, named: set[str]) -> str | None:
    if not KIND.fullmatch(entry):
        return None
    meant = likely(entry, {kind for kind in named if KIND.fullmatch(kind)})
    return f"the document {entry} is not known; did you mean {meant}?" if meant else None
