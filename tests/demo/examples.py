"""The decisions on the claims and reviews in examples/."""

from functools import cache
from pathlib import Path

from stream_edits.codec.jsonl import BadLine, read_events_jsonl
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.stages.pipeline import adjudicate

ROOT = Path(__file__).parents[2]
FILES = ("claims.jsonl", "reviews.jsonl")


@cache
def decided() -> dict[tuple[str, int], ClaimDecision]:
    """The decisions of `stream-edits adjudicate` on each example, by claim id and revision."""
    return {(d.claim_id, d.revision): d for file in FILES for d in _decided(file)}


def _decided(file: str) -> list[ClaimDecision]:
    with (ROOT / "examples" / file).open("rb") as lines:
        events = [
            (event, Source(file, 0, number))
            for number, event in read_events_jsonl(lines)
            if not isinstance(event, BadLine)
        ]
    return list(adjudicate(events, load_policies()))
