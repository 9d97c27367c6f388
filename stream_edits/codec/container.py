"""Claims or reviews in an Avro object container file."""

import json
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from struct import error as StructError
from typing import Any, BinaryIO

import fastavro
from fastavro.schema import SchemaParseException, UnknownType

from stream_edits.codec.avro import Decoder, read_next
from stream_edits.codec.claims import ClaimDecoder, claim_decoder
from stream_edits.codec.errors import MalformedContainer, Undecodable
from stream_edits.codec.jsonl import OF_A_REVIEW, BadLine
from stream_edits.codec.reviews import ReviewDecoder, review_decoder
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent

# What fastavro and its decompressors raise for a broken header or block.
_BROKEN = (
    EOFError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    OverflowError,
    MemoryError,
    StructError,
    zlib.error,
    LZMAError,
    SchemaParseException,
    UnknownType,
)


def read_events_container(
    file: BinaryIO,
) -> Iterator[tuple[int, ClaimEvent | ReviewEvent | BadLine]]:
    """Each record's number, from 1, and its claim or review, or what is wrong with it.

    A file whose records have a field ``review_id`` holds reviews, any other one holds claims.
    Records in a block have no length, so reading ends at the first that cannot be decoded, and
    that one is reported. A record that only breaks the contract does not end the reading.
    """
    number = 1
    try:
        blocks = _blocks(file)
        decode = _decoder_of(next(blocks))
        for count, data in blocks:
            for value in _values(decode.read, count, data):
                yield number, _judged(number, decode, value)
                number += 1
    except Undecodable as error:
        yield number, BadLine(number, error.error_class, error.message)


def _decoder_of(schema_text: str) -> ClaimDecoder | ReviewDecoder:
    """Raises WrongSchema."""
    try:
        schema = json.loads(schema_text)
    except ValueError:
        schema = None
    fields = schema.get("fields") if isinstance(schema, dict) else None
    is_of_reviews = isinstance(fields, list) and any(
        isinstance(field, dict) and field.get("name") == OF_A_REVIEW for field in fields
    )
    return review_decoder(schema_text) if is_of_reviews else claim_decoder(schema_text)


def _judged(
    number: int, decode: ClaimDecoder | ReviewDecoder, value: Any
) -> ClaimEvent | ReviewEvent | BadLine:
    try:
        return decode.judge(value)
    except Undecodable as error:
        return BadLine(number, error.error_class, error.message)


def _blocks(file: BinaryIO) -> Iterator[Any]:
    """The writer's schema text, then (count, bytes) of each block, decompressed."""
    try:
        reader = fastavro.block_reader(file)
        yield str(reader.metadata["avro.schema"])
    except _BROKEN:
        raise MalformedContainer("not an Avro object container file") from None
    try:
        for block in reader:
            # fastavro's stub lacks the attribute.
            data = block.bytes_  # type: ignore[attr-defined]
            yield block.num_records, data.getvalue()
    except _BROKEN:
        raise MalformedContainer("a block is broken; nothing after it was read") from None


def _values(decode: Decoder, count: int, data: bytes) -> Iterator[Any]:
    start = 0
    for _ in range(count):
        value, start = read_next(decode, data, start)
        yield value
    if start != len(data):
        raise MalformedContainer("a block holds more than its records")
