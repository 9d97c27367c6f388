"""The decisions on the claims in examples/."""

from functools import cache
from pathlib import Path

from stream_edits.codec.jsonl import BadLine, read_events_jsonl
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.policies.catalog import load_policies
from stream_edits.stages.pipeline import adjudicate

ROOT = Path(__file__).parents[2]


@cache
def decided() -> dict[tuple[str, int], ClaimDecision]:
    """The decisions of `stream-edits adjudicate examples/claims.jsonl` by claim id and revision."""
    with (ROOT / "examples" / "claims.jsonl").open("rb") as lines:
        claims = [
            (claim, Source("claims.jsonl", 0, number))
            for number, claim in read_events_jsonl(lines)
            if not isinstance(claim, BadLine)
        ]
    return {(d.claim_id, d.revision): d for d in adjudicate(claims, load_policies())}
