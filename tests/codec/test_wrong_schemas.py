"""Writers' schemas that a claim cannot be read from, or that are not safe to read with."""

from collections.abc import Callable
from dataclasses import asdict

import pytest

from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.errors import WrongSchema
from stream_edits.codec.framing import frame_head
from tests.codec.evolution import Json, OneSchema, claim_schema, field_of, line_of, read, without
from tests.codec.examples import CLAIM


def _wrong(change: Callable[[Json], object]) -> None:
    schema = claim_schema()
    change(schema)
    reader = ClaimReader(OneSchema(schema))
    for _ in range(2):
        with pytest.raises(WrongSchema):
            reader.decode(frame_head(9) + b"\x00" * 50)


WRONG: dict[str, Callable[[Json], object]] = {
    "another record": lambda s: s.update(fields=[{"name": "invoice", "type": "string"}]),
    "a required field less": lambda s: without(s, "claim_id"),
    "text for a number": lambda s: field_of(line_of(s), "line_number").update(type="string"),
    "a date for a time": lambda s: field_of(s, "event_time").update(
        type={"type": "int", "logicalType": "date"}
    ),
    "a local time for an instant": lambda s: field_of(s, "event_time").update(
        type={"type": "long", "logicalType": "local-timestamp-millis"}
    ),
    "an array for a text": lambda s: field_of(s, "claim_id").update(
        type={"type": "array", "items": "string"}
    ),
    "an array of nothing": lambda s: s["fields"].append(
        {"name": "more", "type": {"type": "array", "items": "null"}}
    ),
    "an array of empty records": lambda s: s["fields"].append(
        {
            "name": "more",
            "type": {"type": "array", "items": {"type": "record", "name": "N", "fields": []}},
        }
    ),
    "a recursive record": lambda s: s["fields"].append(
        {"name": "more", "type": ["null", "stream_edits.v1.ClaimEvent"]}
    ),
    "a bad name": lambda s: s["fields"].append({"name": "a b", "type": "nonsense"}),
    "no fields": lambda s: s.pop("fields"),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_wrong_schemas_are_refused(change: Callable[[Json], object]) -> None:
    if change is WRONG["a recursive record"]:
        # An optional branch: refused only for data that uses it, and never followed.
        schema = claim_schema()
        change(schema)
        assert read(schema, asdict(CLAIM) | {"more": None}) == CLAIM
        return
    _wrong(change)


@pytest.mark.parametrize("text", ["", "7", '"string"', "[]", "{}", '{"type":"record"}', "[" * 9999])
def test_texts_that_are_not_a_schema_of_a_claim(text: str) -> None:
    source = OneSchema({})
    source._text = text
    with pytest.raises(WrongSchema):
        ClaimReader(source).decode(frame_head(9))


def test_field_names_are_never_code() -> None:
    schema = claim_schema()
    schema["fields"].append({"name": "__import__", "type": "string", "aliases": ["x"]})
    assert read(schema, asdict(CLAIM) | {"__import__": "x"}) == CLAIM
