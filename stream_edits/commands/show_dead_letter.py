"""`dead-letters show`: why a record is a dead letter, its size and framing; saving its value."""

import os
from collections.abc import Iterator
from pathlib import Path

from stream_edits.codec.errors import Undecodable
from stream_edits.codec.framing import schema_id
from stream_edits.commands.dead_letters import iso_time, read
from stream_edits.engine.dead_letters import headers as headers
from stream_edits.engine.errors import EngineStopped
from stream_edits.engine.ports import Record
from stream_edits.engine.redrive import letter_of
from stream_edits.settings import Settings
from stream_edits.text import counted, printable


def read_dead_letter(settings: Settings, place: tuple[int, int]) -> Record:
    """The record at a partition and offset of the dead-letter topic.

    Raises EngineStopped when there is none, ClientError.
    """
    partition, offset = place
    record = next(read(settings, settings.topics.dead_letter, {partition: offset}), None)
    if record is None or record.offset != offset:
        raise EngineStopped(f"there is no dead letter at {partition}/{offset}")
    return record


def describe(record: Record) -> Iterator[str]:
    """Lines on the headers of a dead letter, the sizes of key and value, and the framing."""
    letter = letter_of(record)
    yield f"place: {record.partition}/{record.offset}"
    yield f"dead since: {iso_time(record.timestamp_ms)}"
    if letter is None:
        yield "not a dead letter of stream-edits: its headers are missing"
    else:
        yield f"{headers.ERROR_CLASS}: {printable(letter.error_class)}"
        yield f"{headers.ERROR_MESSAGE}: {printable(letter.error_message)}"
        yield f"{headers.ERROR_STAGE}: {printable(letter.stage)}"
        yield f"{headers.SOURCE_TOPIC}: {printable(letter.source_topic)}"
        yield f"{headers.SOURCE_PARTITION}: {letter.source_partition}"
        yield f"{headers.SOURCE_OFFSET}: {letter.source_offset}"
        yield f"{headers.SOURCE_TIMESTAMP}: {iso_time(letter.source_timestamp_ms)}"
        yield f"{headers.ENGINE_VERSION}: {printable(letter.engine_version)}"
        yield f"{headers.REDRIVE_COUNT}: {letter.redrives}"
        yield f"other headers: {letter.own_headers}"
    yield f"key: {_size(record.key)}"
    if letter is not None and letter.reference is not None:
        size, digest = letter.reference
        yield f"value: {counted(size, 'bytes')}, still in {printable(letter.source_topic)}"
        yield f"SHA-256 of the value: {printable(digest)}"
        return
    yield f"value: {_size(record.value)}"
    yield f"framing: {_framing(record.value)}"


def save_value(record: Record, file: Path) -> int:
    """Write the value of a record, unchanged, to a new file that only its owner may read.

    Returns its size in bytes. Raises EngineStopped when there is no value, OSError when the file
    exists or cannot be written.
    """
    if record.value is None:
        raise EngineStopped("the record has no value to save")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        return opened.write(record.value)


def _framing(value: bytes | None) -> str:
    if value is None:
        return "no value"
    try:
        return f"Confluent, schema id {schema_id(value)}"
    except Undecodable:
        return "not Confluent's"


def _size(octets: bytes | None) -> str:
    return "none" if octets is None else counted(len(octets), "bytes")
