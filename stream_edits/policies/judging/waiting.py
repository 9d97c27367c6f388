"""Whose move a held claim is (docs/spec/contract.md, The clock)."""

from collections.abc import Iterable

from stream_edits.domain.decision import Disposition, EditFinding, LineOutcome, WaitsFor
from stream_edits.domain.open_pend import holding
from stream_edits.policies.policy import Policies


def waits_for(
    disposition: Disposition,
    lines: Iterable[LineOutcome],
    findings: Iterable[EditFinding],
    policies: Policies,
) -> WaitsFor:
    """Whose move a claim with that disposition is; NONE unless it is PEND.

    A person of the payer comes before the provider, and the provider before another claim. Only
    the findings that hold the claim count.
    """
    if disposition is not Disposition.PEND:
        return WaitsFor.NONE
    moves = {policies.waits_for(finding) for finding in holding(lines, findings)}
    for move in (WaitsFor.PAYER, WaitsFor.PROVIDER):
        if move in moves:
            return move
    return WaitsFor.CLAIM
