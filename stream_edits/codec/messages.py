"""What travels between the stages: framed Avro to the domain and back."""

from collections.abc import Callable

from stream_edits.codec.framing import BODY_START, frame_head
from stream_edits.codec.internal import CarriedClaim, internal_encoder, read_internal
from stream_edits.codec.reviews import decode_review, encode_review
from stream_edits.codec.schemas import REVIEW_EVENT, packaged
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.domain.review import ReviewEvent

_REVIEW_HEADS = frozenset(
    frame_head(number) for number, schema in packaged().items() if schema.record == REVIEW_EVENT
)

_put_routed = internal_encoder("RoutedClaim")
_put_supervised = internal_encoder("SupervisedClaim")
_put_routed_review = internal_encoder("RoutedReview")
_put_reopen = internal_encoder("Reopen")


def encode_routed(claim: RoutedClaim, raw: bytes) -> bytes:
    """A claim on ``claims.edits.by-member``: it travels as the framed bytes it came in."""
    return _put_routed(CarriedClaim(raw, claim.source, claim.content_digest))


def encode_reopen(reopen: Reopen) -> bytes:
    """A reopened claim on ``claims.edits.by-member``."""
    return _put_reopen(reopen)


def encode_routed_review(review: ReviewEvent) -> bytes:
    """A review on ``claims.edits.by-member``: it has our own schema there."""
    return encode_review(review)


def decode_by_member(
    framed: bytes, decode_claim: Callable[[bytes], ClaimEvent]
) -> tuple[RoutedClaim | Reopen | ReviewEvent, bytes]:
    """A record of ``claims.edits.by-member``, told apart by its schema id, and the bytes that its
    claim came in (none for a Reopen or a review).

    Raises Undecodable, and RegistryAway where ``decode_claim`` does.
    """
    if framed[:BODY_START] in _REVIEW_HEADS:
        return decode_review(framed), b""
    record: CarriedClaim | Reopen = read_internal(framed, "RoutedClaim", "Reopen")
    if isinstance(record, Reopen):
        return record, b""
    claim = decode_claim(record.raw)
    return RoutedClaim(claim, record.source, record.content_digest), record.raw


def encode_supervised(message: SupervisedClaim | RoutedReview) -> bytes:
    """A record of ``claims.edits.by-supervisor``."""
    if isinstance(message, RoutedReview):
        return _put_routed_review(message)
    return _put_supervised(message)


def decode_supervised(framed: bytes) -> SupervisedClaim | RoutedReview:
    """A record of ``claims.edits.by-supervisor``. Raises Undecodable."""
    message: SupervisedClaim | RoutedReview = read_internal(
        framed, "SupervisedClaim", "RoutedReview"
    )
    return message
