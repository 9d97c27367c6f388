"""Findings that a review has decided: they stand, whatever their edit finds later.

They belong to one content of a claim. What an edit finds again on the same line is
ignored, so the line, the edits after it and the decision see only what the reviewer said.
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


class ReviewedFindings:
    """What reviews have decided on claims that are judged together. Few claims have any."""

    def __init__(self) -> None:
        self._by_claim: dict[str, list[EditFinding]] = {}
        self._by_line: dict[tuple[str, int | None], list[EditFinding]] = {}
        self._decided: dict[str, set[tuple[str, int | None]]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_claim)

    def add(self, claim_id: str, reviewed: list[EditFinding]) -> None:
        """Note the reviewed findings on a claim."""
        self._by_claim[claim_id] = reviewed
        self._decided[claim_id] = {(f.edit_id, f.line_number) for f in reviewed}
        for finding in reviewed:
            self._by_line.setdefault((claim_id, finding.line_number), []).append(finding)

    def of(self, claim_id: str) -> list[EditFinding]:
        """The reviewed findings on a claim."""
        return self._by_claim.get(claim_id, [])

    def on(self, claim_id: str, line_number: int) -> list[EditFinding]:
        """The reviewed findings on a line."""
        return self._by_line.get((claim_id, line_number), [])

    def left(self, claim_id: str, found: list[EditFinding]) -> list[EditFinding]:
        """The findings on a claim that no review has decided. The decided ones stand already."""
        decided = self._decided.get(claim_id)
        if not decided:
            return found
        return [each for each in found if (each.edit_id, each.line_number) not in decided]
