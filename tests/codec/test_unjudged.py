"""Reading a claim of our own schema checks all that pydantic would, so pydantic is skipped."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stream_edits.codec.avro import decoder, read_value, resolve
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.framing import BODY_START
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.codec.violations import claim_of
from stream_edits.domain.claim import ClaimEvent
from tests.codec.examples import CLAIM
from tests.codec.whole import Codec
from tests.strategies import claims

CODEC = Codec()
OWN = schema_of(CLAIM_EVENT).parsed
as_dictionaries = decoder(resolve(OWN, OWN))


def judged(framed: bytes) -> ClaimEvent:
    """The claim as pydantic makes it of plain values."""
    return claim_of(read_value(as_dictionaries, framed, BODY_START))


def outcome(read: Any, framed: bytes) -> object:
    """The claim's repr, because NaN units are not equal to themselves, or the error."""
    try:
        claim: ClaimEvent = read(framed)
    except Undecodable as error:
        return error.error_class, error.message
    return repr(claim)


@settings(max_examples=200, deadline=None)
@given(claims, st.data())
def test_pydantic_judges_as_the_reader_does(claim: ClaimEvent, data: st.DataObject) -> None:
    framed = bytearray(claim_encoder(5)(claim))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(5, len(framed) - 1))
        framed[at] = data.draw(st.integers(0, 255))
    assert outcome(CODEC.decode_claim, bytes(framed)) == outcome(judged, bytes(framed))


def test_every_byte_of_a_claim_changed() -> None:
    framed = claim_encoder(5)(CLAIM)
    results = set()
    for at in range(5, len(framed)):
        for byte in (0, 1, 2, 3, 127, 128, 255):
            changed = framed[:at] + bytes([byte]) + framed[at + 1 :]
            result = outcome(CODEC.decode_claim, changed)
            assert result == outcome(judged, changed)
            results.add(result)
    assert len(results) > 10
