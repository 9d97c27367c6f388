"""The codec as a run assembles it, with or without a registry."""

from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.decisions import decision_encoder, decode_decision
from stream_edits.codec.messages import decode_by_member
from stream_edits.codec.schemas import CLAIM_DECISION, PackagedSchemas, SchemaSource, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.messages import Reopen, RoutedClaim
from stream_edits.domain.review import ReviewEvent


class Codec:
    """Claims in and decisions out under one source of schemas; decisions have the packaged id."""

    def __init__(self, source: SchemaSource | None = None) -> None:
        self._source = source or PackagedSchemas()
        self._reader = ClaimReader(self._source)
        self._encode = decision_encoder(schema_of(CLAIM_DECISION).id)

    def decode_claim(self, framed: bytes) -> ClaimEvent:
        """As intake and the encounter stage read a claim."""
        return self._reader.decode(framed)

    def decode_by_member(self, framed: bytes) -> tuple[RoutedClaim | Reopen | ReviewEvent, bytes]:
        """As the encounter stage reads its input."""
        return decode_by_member(framed, self._reader.decode)

    def encode_decision(self, decision: ClaimDecision) -> bytes:
        """As the last stage of a claim writes its decision."""
        return self._encode(decision)

    def decode_decision(self, framed: bytes) -> ClaimDecision:
        """As a tool reads a decision."""
        return decode_decision(framed, self._source)
