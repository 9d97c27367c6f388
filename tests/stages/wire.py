"""A run of the stages over bytes, for tests."""

from collections.abc import Mapping

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.messages import (
    decode_by_member,
    decode_supervised,
    encode_reopen,
    encode_routed,
    encode_routed_review,
    encode_supervised,
)
from stream_edits.codec.schemas import CLAIM_EVENT, PackagedSchemas, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.stages.pipeline import Input, Message
from tests.stages.walk import EncodedMembers, Walk


class State:
    """A state store of bytes, like the engine's."""

    def __init__(self, kept: Mapping[bytes, bytes] | None = None) -> None:
        self.kept = dict(kept or {})

    def get(self, key: bytes) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        assert isinstance(value, bytes)
        self.kept[key] = value

    def delete(self, key: bytes) -> None:
        del self.kept[key]


class OverTheWire(Walk):
    """A run whose state and messages are bytes, as in the service.

    ``kept`` is the state that the encounter stage starts with.
    """

    def __init__(
        self, rule: RollUp = RollUp.STANDARD, kept: Mapping[bytes, bytes] | None = None
    ) -> None:
        super().__init__(rule, EncodedMembers(State(kept)), StoredSupervisors(State()))
        self.reader = ClaimReader(PackagedSchemas())
        self.encode = claim_encoder(schema_of(CLAIM_EVENT).id)

    def intake(
        self, claim: ClaimEvent, source: Source, routed: RoutedClaim | None = None
    ) -> ClaimDecision | RoutedClaim:
        return super().intake(self.reader.decode(self.encode(claim)), source, routed)

    def step(self, message: Input) -> list[Message]:
        if isinstance(message, SupervisedClaim | RoutedReview):
            return super().step(decode_supervised(encode_supervised(message)))
        if isinstance(message, Reopen):
            framed = encode_reopen(message)
        elif isinstance(message, ReviewEvent):
            framed = encode_routed_review(message)
        else:
            framed = encode_routed(message, self.encode(message.claim))
        sent, _ = decode_by_member(framed, self.reader.decode)
        assert type(sent) is type(message)
        return super().step(sent)
