"""Python values to Avro bodies: a function made from one of our own schemas.

Same value, same bytes. Values come from the domain, which has validated them; nothing is checked
here. fastavro is the oracle in the tests.
"""

from collections.abc import Callable, Mapping
from typing import Any

from stream_edits.codec.avro.avsc import Parsed
from stream_edits.codec.avro.source_text import SourceText
from stream_edits.codec.avro.writing_parts import CONSTANTS, SCALARS, add_long
from stream_edits.codec.framing import frame_head

Encoder = Callable[[Any], bytes]
Paths = Mapping[str, Mapping[str, str]]


def encoder(schema: Parsed, schema_id: int | None, paths: Paths | None = None) -> Encoder:
    """A function value -> framed bytes; without framing when ``schema_id`` is None.

    A field is the attribute of its name. ``paths`` gives another attribute path for a field, by
    the record's name without namespace.
    """
    head = b"" if schema_id is None else frame_head(schema_id)
    out = SourceText({**CONSTANTS, "head": head})
    out.add("out = bytearray(head); put = out.append")
    _Writing(out, schema, paths or {}).value(schema.root, "value")
    out.add("return bytes(out)")
    return out.function("value")


class _Writing:
    """Writes the code that writes each part of a schema."""

    def __init__(self, out: SourceText, schema: Parsed, paths: Paths) -> None:
        self._out = out
        self._schema = schema
        self._paths = paths

    def value(self, schema: Any, value: str) -> None:
        """Adds the code that writes the expression ``value`` under that schema."""
        schema = self._schema.named(schema)
        if isinstance(schema, list):
            return self._optional(schema, value)
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind in _COMPLEX:
            return _COMPLEX[kind](self, schema, value)
        logical = str(schema.get("logicalType", kind)) if isinstance(schema, dict) else kind
        if logical == "decimal":
            return self._out.add(f"put_decimal(out, {value}, {10 ** schema['scale']})")
        return SCALARS[logical](self._out, value)

    def _optional(self, branches: list[Any], value: str) -> None:
        if len(branches) != 2 or branches[0] != "null":
            raise ValueError("our own schemas hold no unions but null and a type")
        out, v = self._out, self._out.name()
        out.add(f"{v} = {value}")
        out.add(f"if {v} is None: put(0)")
        with out.block("else:"):
            out.add("put(2)")
            self.value(branches[1], v)

    def _enum(self, schema: Any, value: str) -> None:
        numbers = {symbol: 2 * number for number, symbol in enumerate(schema["symbols"])}
        self._out.add(f"put({self._out.constant(numbers)}[{value}])")

    def _array(self, schema: Any, value: str) -> None:
        out, items, item = self._out, self._out.name(), self._out.name()
        out.add(f"{items} = {value}")
        with out.block(f"if {items}:"):
            add_long(out, f"len({items}) << 1")
            with out.block(f"for {item} in {items}:"):
                self.value(schema["items"], item)
        out.add("put(0)")

    def _record(self, schema: Any, value: str) -> None:
        paths = self._paths.get(schema["name"].rpartition(".")[2], {})
        for field in schema["fields"]:
            self.value(field["type"], f"{value}.{paths.get(field['name'], field['name'])}")


_COMPLEX = {"enum": _Writing._enum, "array": _Writing._array, "record": _Writing._record}
