"""The order of the findings on a claim."""

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import EditFinding


def in_order(
    claim: ClaimEvent, findings: list[EditFinding], order: dict[str, int]
) -> tuple[EditFinding, ...]:
    """The findings sorted by line in the claim's order (claim level first), edit and message."""
    if len(findings) < 2:
        return tuple(findings)
    place = {line.line_number: i for i, line in enumerate(claim.lines)}
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                -1 if f.line_number is None else place[f.line_number],
                order[f.edit_id],
                f.message,
            ),
        )
    )
