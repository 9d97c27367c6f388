"""What travels between the stages: framed Avro to the domain and back."""

from collections.abc import Callable

from stream_edits.codec.internal import CarriedClaim, internal_encoder, read_internal
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.messages import Reopen, RoutedClaim, SupervisedClaim

_put_routed = internal_encoder("RoutedClaim")
_put_supervised = internal_encoder("SupervisedClaim")
_put_reopen = internal_encoder("Reopen")


def encode_by_member(record: RoutedClaim | Reopen) -> bytes:
    """A record of ``claims.edits.by-member``; a claim travels as the bytes it came in."""
    return _put_routed(record) if isinstance(record, RoutedClaim) else _put_reopen(record)


def decode_by_member(
    framed: bytes, decode_claim: Callable[[bytes], ClaimEvent]
) -> RoutedClaim | Reopen:
    """A record of ``claims.edits.by-member``, told apart by its schema id.

    Raises Undecodable, and RegistryAway where ``decode_claim`` does.
    """
    record: CarriedClaim | Reopen = read_internal(framed, "RoutedClaim", "Reopen")
    if isinstance(record, CarriedClaim):
        return RoutedClaim(decode_claim(record.raw), *record)
    return record


def encode_supervised(claim: SupervisedClaim) -> bytes:
    """A record of ``claims.edits.by-supervisor``."""
    return _put_supervised(claim)


def decode_supervised(framed: bytes) -> SupervisedClaim:
    """A record of ``claims.edits.by-supervisor``. Raises Undecodable."""
    claim: SupervisedClaim = read_internal(framed, "SupervisedClaim")
    return claim
