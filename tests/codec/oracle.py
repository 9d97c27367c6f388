"""fastavro as the reference for every byte that we read or write."""

import io
import json
from typing import Any

import fastavro

from stream_edits.codec.framing import BODY_START, schema_id
from stream_edits.codec.schemas import packaged, schema_of


def oracle_read(framed: bytes) -> Any:
    """What fastavro reads from framed bytes of a packaged schema; all of them."""
    file = io.BytesIO(body(framed))
    value = fastavro.schemaless_reader(file, json.loads(packaged()[schema_id(framed)].text), None)
    assert not file.read()
    return value


def oracle_write(record: str, value: Any) -> bytes:
    """The body that fastavro writes under our schema of that name."""
    file = io.BytesIO()
    fastavro.schemaless_writer(file, json.loads(schema_of(record).text), value)
    return file.getvalue()


def write_with(schema: dict[str, Any], value: Any) -> bytes:
    """The body that fastavro writes under any schema."""
    file = io.BytesIO()
    fastavro.schemaless_writer(file, fastavro.parse_schema(schema), value)
    return file.getvalue()


def body(framed: bytes) -> bytes:
    """The bytes after the framing."""
    return framed[BODY_START:]
