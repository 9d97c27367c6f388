"""Claims or reviews in an Avro object container file."""

import json
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from lzma import LZMAError
from struct import error as StructError
from typing import Any, BinaryIO

import fastavro
from fastavro.schema import SchemaParseException, UnknownType

from stream_edits.codec.avro import Decoder, read_next
from stream_edits.codec.claims import ClaimDecoder, claim_decoder
from stream_edits.codec.errors import MalformedContainer, Undecodable, UnreadableCodec
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


# Codecs of Avro that need a library, by the package that has it.
_LIBRARIES = {"snappy": "cramjam", "zstandard": "zstandard", "lz4": "lz4"}
_MODULES = {"zstandard": ("backports.zstd", "compression.zstd"), "lz4": ("lz4.block",)}
_ALWAYS = ("null", "deflate", "bzip2", "xz")


def check_codec(file: BinaryIO) -> None:
    """Read the header of a container. Raises UnreadableCodec if its blocks cannot be unpacked."""
    try:
        codec = str(fastavro.block_reader(file).metadata.get("avro.codec", "null"))
    except _BROKEN:
        return  # Told when it is read.
    if codec in _ALWAYS:
        return
    package = _LIBRARIES.get(codec)
    if package is None:
        raise UnreadableCodec(
            "the Avro container has a codec that Avro does not define; write it with deflate"
        )
    if not any(_is_there(module) for module in _MODULES.get(codec, (package,))):
        raise UnreadableCodec(
            f"the Avro container is compressed with {codec}, for which the Python package "
            f"{package} is not installed; install it, or write the file with codec deflate"
        )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


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
