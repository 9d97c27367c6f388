"""Findings that a review has decided: they stand, whatever their edit finds later.

They belong to one content of a claim. An edit that finds the same again on the same line is not
heard, so the line, the edits after it and the decision see only what the reviewer said.
"""

from collections.abc import Iterable, Sequence

from stream_edits.domain.decision import EditFinding
from stream_edits.policies.policy import Policy


def of_policy(reviewed: Iterable[EditFinding], policy: Policy) -> list[EditFinding]:
    """Those of the findings that come from edits that the policy has."""
    return [f for f in reviewed if f.policy_id == policy.id and f.edit_id in policy.order]


def without_reviewed(
    found: Iterable[EditFinding], reviewed: Sequence[EditFinding]
) -> list[EditFinding]:
    """The findings of one policy's edits, without those of a reviewed edit on the same line."""
    decided = {(each.edit_id, each.line_number) for each in reviewed}
    return [each for each in found if (each.edit_id, each.line_number) not in decided]
