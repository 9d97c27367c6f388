"""Claims read from JSON lines and reviews written as such, for tests."""

import json
from dataclasses import asdict
from datetime import datetime

from stream_edits.codec.jsonl import event_from_json
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent


def claim_from_json(text: bytes) -> ClaimEvent:
    """The claim of a line. Raises what ``event_from_json`` raises."""
    claim = event_from_json(text)
    assert isinstance(claim, ClaimEvent)
    return claim


def review_to_json(review: ReviewEvent) -> str:
    """A line, without a newline, that is read as an equal review."""
    return json.dumps(asdict(review), default=datetime.isoformat)
