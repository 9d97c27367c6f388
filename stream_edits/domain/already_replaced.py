"""Decisions on claims that came after their own replacement or void.

docs/spec/contract.md, Decisions that pay nothing although they are PASS.
"""

from stream_edits.domain.decision import ClaimDecision

# The ids of the finding, of a packaged policy and of a plan's own one. Readers of decisions know it
# by them, so the notice of every policy has one of them.
NOTICE_IDS = frozenset({"already-replaced", "replaced-before-it-came"})


def came_too_late(decision: ClaimDecision) -> bool:
    """Whether the claim had been replaced or voided before it came."""
    return any(f.line_number is None and f.edit_id in NOTICE_IDS for f in decision.findings)
