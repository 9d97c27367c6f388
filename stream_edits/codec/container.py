"""Claims or reviews in an Avro object container file."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from stream_edits.codec.avro import Decoder, parse, read_next, skipper
from stream_edits.codec.claims import ClaimDecoder, claim_decoder
from stream_edits.codec.container_blocks import Block, Container
from stream_edits.codec.errors import MalformedContainer, Undecodable
from stream_edits.codec.jsonl import OF_A_REVIEW, BadLine
from stream_edits.codec.reviews import ReviewDecoder, review_decoder
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent


class _Unread(NamedTuple):
    """Records that were not read, and why."""

    error: Undecodable
    records: int = 1


def read_events_container(
    file: BinaryIO,
) -> Iterator[tuple[int, ClaimEvent | ReviewEvent | BadLine]]:
    """Each record's number, from 1, and its claim or review, or what is wrong with it.

    A file whose records have a field ``review_id`` holds reviews, any other one holds claims. A
    record that cannot be read is passed over, if the rest of its block shows where it ends; else
    one ``BadLine`` stands for the rest of the block, or for a whole block that is damaged.
    """
    number = 1
    try:
        container = Container(file)
        decode = _decoder_of(container.schema_text)
        skip = skipper(parse(container.schema_text))
        for block in container.blocks():
            for value in _values(decode.read, skip, block):
                if isinstance(value, _Unread):
                    error, count = value
                    yield number, BadLine(number, error.error_class, error.message, count)
                    number += count
                else:
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


def _values(read: Decoder, skip: Decoder, block: Block) -> Iterator[Any]:
    """The values of a block's records, and ``_Unread`` for those that have none."""
    count, data, problem = block
    if problem is not None:
        yield _damaged(problem, count)
        return
    start, is_sound = 0, False
    for done in range(count):
        try:
            value, start = read_next(read, data, start)
        except Undecodable as error:
            left = count - done
            is_sound = is_sound or _ends_with(skip, data, start, left)
            if not is_sound:
                yield _damaged("a block is damaged from here on", min(left, len(data) - start))
                return
            value, (_, start) = _Unread(error), read_next(skip, data, start)
        yield value
    if start != len(data):
        yield _Unread(MalformedContainer("a block holds more than its records"))


def _ends_with(skip: Decoder, data: bytes, start: int, count: int) -> bool:
    """Whether the data ends where as many records end as the block says are left."""
    try:
        for _ in range(count):
            _, start = read_next(skip, data, start)
    except Undecodable:
        return False
    return start == len(data)


def _damaged(what: str, count: int) -> _Unread:
    count = max(count, 1)
    records = "1 record was" if count == 1 else f"{count:,} records were"
    return _Unread(MalformedContainer(f"{what}; {records} not read"), count)
