"""The input of the demo: synthetic claims, and malformed records between them."""

from collections.abc import Iterator
from typing import NamedTuple

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.framing import frame_head
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.engine.ports import Output
from stream_edits.synthetic.generator import generate

_NO_SUCH_SCHEMA = 4711


class DemoInput(NamedTuple):
    """The claims in order of publication, all records, and the number of malformed records."""

    claims: list[ClaimEvent]
    records: list[Output]
    malformed: int

    @property
    def claim_ids(self) -> set[str]:
        """The ids of the claims. Each gets at least one decision."""
        return {claim.claim_id for claim in self.claims}


def demo_input(seed: int, encounters: int, topic: str) -> DemoInput:
    """Claims of this number of encounters, with a few malformed records between them."""
    claims = list(generate(seed, encounters))
    encode = claim_encoder(schema_of(CLAIM_EVENT).id)
    records = [Output(topic, claim.member_id.encode(), encode(claim)) for claim in claims]
    bad = list(_malformed(records[0].value or b""))
    step = max(len(records) // len(bad), 1)
    for number, value in enumerate(bad, start=1):
        # From the end, so that earlier records keep their places.
        place = len(records) - number * step
        records.insert(max(place, 0), Output(topic, b"nobody", value))
    return DemoInput(claims, records, len(bad))


def _malformed(good: bytes) -> Iterator[bytes]:
    """One record for each kind of malformed bytes."""
    yield b'{"claim_id": "sent as JSON, not as framed Avro"}'
    yield frame_head(_NO_SUCH_SCHEMA) + good[5:]
    yield good[: len(good) // 2]
    yield good + b"and something more"
