"""What the demo publishes: made-up claims, and among them records that are no claims."""

from collections.abc import Iterator
from typing import NamedTuple

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.framing import frame_head
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.engine.ports import Output
from stream_edits.synthetic.generator import generate

_NO_SUCH_SCHEMA = 4711


class Input(NamedTuple):
    """The claims in order of publication, and all records, those that are no claims included."""

    claims: list[ClaimEvent]
    records: list[Output]
    malformed: int

    @property
    def claim_ids(self) -> set[str]:
        """The claims, each of which gets at least one decision."""
        return {claim.claim_id for claim in self.claims}


def made_up(seed: int, encounters: int, topic: str) -> Input:
    """Claims of so many encounters, with a handful of malformed records strewn among them."""
    claims = list(generate(seed, encounters))
    encode = claim_encoder(schema_of(CLAIM_EVENT).id)
    records = [Output(topic, claim.member_id.encode(), encode(claim)) for claim in claims]
    bad = list(_malformed(records[0].value or b""))
    step = max(len(records) // len(bad), 1)
    for number, value in enumerate(bad, start=1):
        # From the back, so that earlier places stay where they are.
        place = len(records) - number * step
        records.insert(max(place, 0), Output(topic, b"nobody", value))
    return Input(claims, records, len(bad))


def _malformed(good: bytes) -> Iterator[bytes]:
    """One of each kind of fault that a publisher's bytes can have."""
    yield b'{"claim_id": "sent as JSON, not as framed Avro"}'
    yield frame_head(_NO_SUCH_SCHEMA) + good[5:]
    yield good[: len(good) // 2]
    yield good + b"and something more"
