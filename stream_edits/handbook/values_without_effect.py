"""Values of an overlay that have no effect beside the other values of their edit."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stream_edits.policies.policy import Policies

if TYPE_CHECKING:
    from stream_edits.handbook.overlay_check import Listed


def in_vain(overlaid: Policies, listed: Iterable["Listed"]) -> Iterator[str]:
    """A warning for each value that a change leaves without effect, once for a value and day."""
    told = set()
    policies = {policy.id: policy for policy in overlaid.all}
    for each in listed:
        change = each.change
        if not change.edit_id or not change.name or change.day is None:
            continue
        policy = policies[change.policy_id]
        rules = policy.on(change.day)[policy.values[change.edit_id].rules]
        for name, problem in rules.in_vain():
            told_as = change.policy_id, change.edit_id, name, change.day, problem
            if name == change.name and told_as not in told:
                told.add(told_as)
                yield f"{each.where}: {change.shown}.{name}: {problem}"
