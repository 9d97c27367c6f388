"""The records that only our own stages read: always framed with packaged schema ids.

So that restoring state never depends on a registry. A record written by an earlier version has
that version's id and is resolved to ours.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from stream_edits.codec import decisions
from stream_edits.codec.avro.reading import Decoder, decoder, read_body
from stream_edits.codec.avro.resolution import resolve
from stream_edits.codec.avro.writing import Encoder, encoder
from stream_edits.codec.errors import UnknownSchema, WrongSchema
from stream_edits.codec.framing import schema_id
from stream_edits.codec.schemas import packaged, schema_of
from stream_edits.domain.decision import Source
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus, LineRecord, ListedClaim
from stream_edits.domain.messages import (
    Reopen,
    SupervisedClaim,
    SupervisedQuarter,
    SupervisedSlot,
    SupervisedTime,
    SupervisedVisit,
)


class MemberClaims(NamedTuple):
    """The record around the list of a member's claims."""

    claims: tuple[ListedClaim, ...]


class SupervisedDay(NamedTuple):
    """The record around the slots of a day."""

    slots: tuple[SupervisedSlot, ...]


class SupervisedQuarters(NamedTuple):
    """The record around the list of a supervisor's quarters."""

    quarters: tuple[SupervisedQuarter, ...]


class CarriedClaim(NamedTuple):
    """A RoutedClaim on the wire: its claim is still the bytes it came in."""

    raw: bytes
    source: Source
    content_digest: bytes


_RECORDS: Mapping[str, Callable[..., object]] = {
    **decisions.RECORDS,
    "RoutedClaim": CarriedClaim,
    "SupervisedClaim": SupervisedClaim,
    "SupervisedTime": SupervisedTime,
    "Reopen": Reopen,
    "ClaimRecord": ClaimRecord,
    "LineRecord": LineRecord,
    "MemberClaims": MemberClaims,
    "ListedClaim": ListedClaim,
    "SupervisedDay": SupervisedDay,
    "SupervisedSlot": SupervisedSlot,
    "SupervisedVisit": SupervisedVisit,
    "SupervisedQuarters": SupervisedQuarters,
    "SupervisedQuarter": SupervisedQuarter,
    "Source": Source,
}
_ENUMS = {**decisions.ENUMS, "ClaimStatus": ClaimStatus}


@cache
def internal_encoder(record: str) -> Encoder:
    """A function value -> framed bytes for the packaged record of that name."""
    schema = schema_of(record)
    return encoder(schema.parsed, schema.id, decisions.PATHS)


@cache
def _decoder(number: int) -> tuple[str, Decoder]:
    writer = packaged().get(number)
    if writer is None:
        raise UnknownSchema("no packaged schema has this id")
    plan = resolve(writer.parsed, schema_of(writer.record).parsed)
    return writer.record, decoder(plan, _RECORDS, _ENUMS)


def read_internal(framed: bytes, *records: str) -> Any:
    """The value of a record that must be one of ``records``. Raises Undecodable."""
    name, decode = _decoder(schema_id(framed))
    if name not in records:
        raise WrongSchema(f"the schema is not that of a {' or a '.join(records)}")
    return read_body(decode, framed)
