"""A claim with another type in one field, as another writer's schema may have it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.framing import frame_head
from tests.codec.evolution import Json, OneSchema, claim_schema, field_of
from tests.codec.examples import CLAIM
from tests.codec.oracle import write_with

MICROSECONDS = {"type": "long", "logicalType": "timestamp-micros"}


def read_as(schema: Any, value: Any) -> Any:
    """The claim that a value written with the schema is read as."""
    body = write_with(schema, value)
    return ClaimReader(OneSchema(schema)).decode(frame_head(9) + body)


def changed(path: str, change: Callable[[Any], Any]) -> Any:
    """The claim's value with the one at ``path`` changed; ``lines`` and so on mean the first."""
    value = asdict(CLAIM)
    *within, name = path.split(".")
    place: Any = value
    for step in within:
        items = [dict(item) for item in place[step]]
        place[step] = items
        place = items[0]
    place[name] = change(place[name])
    return value


def at(schema: Json, path: str) -> Json:
    """The field at ``path`` of a claim's schema."""
    *within, name = path.split(".")
    for step in within:
        schema = field_of(schema, step)["type"]["items"]
    return field_of(schema, name)


def typed(path: str, kind: Any) -> Json:
    """Our schema with another type at ``path``, and no default there."""
    schema = claim_schema()
    field = at(schema, path)
    field.pop("default", None)
    field["type"] = kind
    return schema


def one_line(path: str, change: Callable[[Any], Any]) -> Any:
    """The claim's value with its first line only and the value at ``path`` changed."""
    value = changed(path, change)
    return value | {"lines": value["lines"][:1]}


def decimal(scale: int, precision: int, **more: Any) -> Json:
    """The type of a decimal in bytes."""
    return {
        "type": "bytes",
        "logicalType": "decimal",
        "scale": scale,
        "precision": precision,
        **more,
    }
