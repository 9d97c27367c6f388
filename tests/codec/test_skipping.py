"""Where a record ends, by the schema of its writer alone."""

import io
import json
from typing import Any

import fastavro
import pytest

from stream_edits.codec import avro
from stream_edits.synthetic.generator import generate
from tests.codec.derived_schemas import WRITERS, Derived

CLAIMS = list(generate(5, 20))
MARK = b"\x99after"


def _written(schema: Any, value: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), value)
    return out.getvalue()


def _skipped(schema: Any, data: bytes) -> int:
    """How many bytes are left after a record."""
    skip = avro.skipper(avro.parse(json.dumps(schema)))
    return len(data) - avro.read_next(skip, data, 0)[1]


def _of(kind: Any) -> Any:
    return {"type": "record", "name": "R", "fields": [{"name": "f", "type": kind}]}


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
def test_a_claim_of_any_writer_ends_where_it_ends(writer: Derived) -> None:
    schema = writer.schema()
    for claim in CLAIMS:
        assert _skipped(schema, _written(schema, writer.value(claim)) + MARK) == len(MARK)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("boolean", b"\x07"),
        ("string", b"\x04\xff\xfe"),
        ("int", b"\xff\xff\xff\xff\xff\x7f"),
        ({"type": "int", "logicalType": "date"}, b"\xfe\xff\xff\xff\x0f"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, b"\x08"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, b"\x01"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 1}, b"\x06\x01\x01\x01"),
        ({"type": "map", "values": "string"}, b"\x02\x02\xff\x02\xff\x00"),
        (["null", {"type": "array", "items": "string"}], b"\x02\x02\x02\xff\x00"),
    ],
)
def test_a_value_that_cannot_be_ends_where_it_ends(kind: Any, value: bytes) -> None:
    assert _skipped(_of(kind), value + MARK) == len(MARK)


_ENDLESS = {"type": "array", "items": {"type": "record", "name": "N", "fields": []}}
_RECURSIVE = {"type": "record", "name": "N", "fields": [{"name": "n", "type": ["null", "N"]}]}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", b"\x01"),
        ("string", b"\x7fA"),
        ({"type": "array", "items": "int"}, b"\xfe\xff\xff\x0f\x00"),
        (["null", "int"], b"\x04"),
        (["null", _ENDLESS], b"\x02\xfe\xff\xff\x0f\x00"),
        (["null", _RECURSIVE], b"\x02\x02\x02\x00"),
    ],
)
def test_what_hides_the_end_is_refused(kind: Any, value: bytes) -> None:
    with pytest.raises(avro.Undecodable):
        _skipped(_of(kind), value)
