"""Confluent framing: magic byte 0, the schema id in 4 bytes big-endian, the Avro body."""

import struct
from collections.abc import Mapping

from stream_edits.codec import avro
from stream_edits.codec.errors import NotConfluentFraming

BODY_START = 5
_HEAD = struct.Struct(">bI")


def schema_id(framed: bytes) -> int:
    """The writer's schema id; the body starts at ``BODY_START``.

    Raises NotConfluentFraming for a wrong magic byte, fewer than 5 bytes, or None (a tombstone).
    """
    if not framed or len(framed) < BODY_START:
        raise NotConfluentFraming("shorter than the 5 bytes of Confluent framing")
    magic, number = _HEAD.unpack_from(framed)
    if magic:
        raise NotConfluentFraming("does not start with the magic byte 0 of Confluent framing")
    return int(number)


def frame_head(number: int) -> bytes:
    """The 5 bytes before a body that is written with that schema id."""
    return _HEAD.pack(0, number)


def encoder(
    schema: avro.Parsed,
    number: int,
    paths: avro.Paths | None = None,
    records: Mapping[str, object] | None = None,
    shared: avro.Shared | None = None,
) -> avro.Encoder:
    """A function value -> framed bytes with that schema id; the rest as in ``avro.encoder``."""
    return avro.encoder(schema, paths, records=records, head=frame_head(number), shared=shared)
