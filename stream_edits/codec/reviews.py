"""ReviewEvent: framed Avro to the domain and back."""

from collections.abc import Callable
from typing import Any, NamedTuple

from stream_edits.codec.avro import Decoder, Encoder, decoder, parse, read_value, resolve_tolerantly
from stream_edits.codec.by_schema import BySchema
from stream_edits.codec.framing import BODY_START, encoder, schema_id
from stream_edits.codec.schemas import REVIEW_EVENT, PackagedSchemas, SchemaSource, schema_of
from stream_edits.codec.violations import review_of
from stream_edits.domain.review import ReviewEvent, ReviewOutcome


class ReviewDecoder(NamedTuple):
    """Reads reviews of one writer's schema: ``read`` takes bytes, ``judge`` checks the value.

    ``judge`` raises ContractViolation for a value that is not a valid review.
    """

    read: Decoder
    judge: Callable[[Any], ReviewEvent]


def review_decoder(schema_text: str) -> ReviewDecoder:
    """The decoder of reviews written with that schema.

    Raises WrongSchema when it is another record's, or a review cannot be read from it.
    """
    plan = resolve_tolerantly(parse(schema_text), schema_of(REVIEW_EVENT).parsed)
    return ReviewDecoder(decoder(plan, enums={"ReviewOutcome": ReviewOutcome}), review_of)


class ReviewReader:
    """Decodes reviews of any writer's schema; keeps one decoder for each schema id."""

    def __init__(self, source: SchemaSource) -> None:
        self._decoders = BySchema(source, review_decoder)

    def decode(self, framed: bytes) -> ReviewEvent:
        """The review in a record of ``claims.edits.reviews``.

        Raises Undecodable when the data is at fault, RegistryAway when its schema cannot be looked
        up now.
        """
        read, judge = self._decoders[schema_id(framed)]
        return judge(read_value(read, framed, BODY_START))


def review_encoder(number: int) -> Encoder:
    """A function ReviewEvent -> framed bytes, where our schema has that id."""
    return encoder(schema_of(REVIEW_EVENT).parsed, number)


# Between our stages a review travels with the packaged schema, whatever its source wrote.
encode_review: Encoder = review_encoder(schema_of(REVIEW_EVENT).id)
_own = ReviewReader(PackagedSchemas())


def decode_review(framed: bytes) -> ReviewEvent:
    """The reverse of ``encode_review``. Raises Undecodable."""
    return _own.decode(framed)
