"""Documents in an overlay that are probably misspelt, such as ``invioce``."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stream_edits.handbook.overlay_strings import (
    documents_in,
    documents_of,
    misspelt,
    strings,
)
from stream_edits.policies.comparing.changes import Change
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.dated_value import in_force

if TYPE_CHECKING:
    from stream_edits.handbook.overlay_check import Listed


def odd_entries(shipped: Policies, overlaid: Policies, listed: Iterable["Listed"]) -> Iterator[str]:
    """A warning for each new document that is spelled unlike one that a shipped policy names."""
    known = {policy.id: documents_of(policy) for policy in shipped.all}
    for each in listed:
        change = each.change
        if not change.edit_id or not change.name or change.policy_id not in known:
            continue
        documents = set(_documents(overlaid, change)) & set(strings(change.after))
        for problem in misspelt(sorted(documents), known[change.policy_id]):
            yield f"{each.where}: {change.shown}.{change.name}: {problem}"


def _documents(overlaid: Policies, change: Change) -> list[str]:
    """The documents of the value that a change is in, with the change."""
    dated = overlaid[change.policy_id].values[change.edit_id].dated.get(change.name)
    if not dated or change.day is None:
        return []
    return documents_in(change.name, in_force(dated, change.day).value)
