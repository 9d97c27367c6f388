"""Python values to Avro bodies: a function generated from a schema.

The same value gives the same bytes. The function does not check values: pass only values that
the caller has validated.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .avsc import Parsed
from .known_values import Shared, WrittenTexts
from .source_text import SourceText
from .writing_parts import CONSTANTS, SCALARS, add_long

Encoder = Callable[[Any], bytes]
Paths = Mapping[str, Mapping[str, str]]
# The number of a symbol is written as one byte.
_MOST_SYMBOLS = 64


def encoder(
    schema: Parsed, paths: Paths | None = None, *, head: bytes = b"", shared: Shared | None = None
) -> Encoder:
    """Compile a schema to a function value -> ``head`` and then the body.

    A field's value is the attribute of its name. ``paths`` gives another attribute path for a
    field, by the record's name without namespace: ``{"Visit": {"npi": "provider.npi"}}``.
    ``shared`` names the fields of text, by the record's name, in which few values share many
    records: what is written for them is kept. Raises ValueError for a schema that is not
    supported: README.md lists the limits.
    """
    out = SourceText({**CONSTANTS, "head": head})
    out.add("out = bytearray(head); put = out.append")
    _Writing(out, schema, paths or {}, shared or {}).value(schema.root, "value")
    out.add("return bytes(out)")
    return out.function("value")


class _Writing:
    """Generates the code that writes each part of a schema."""

    def __init__(self, out: SourceText, schema: Parsed, paths: Paths, shared: Shared) -> None:
        self._out = out
        self._schema = schema
        self._paths = paths
        self._shared = shared
        self._texts = out.constant(WrittenTexts())
        self._is_shared = False

    def value(self, schema: Any, value: str) -> None:
        """Add the code that writes the expression ``value`` under that schema."""
        schema = self._schema.named(schema)
        if isinstance(schema, list):
            return self._optional(schema, value)
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind in _COMPLEX:
            return _COMPLEX[kind](self, schema, value)
        logical = str(schema.get("logicalType", kind)) if isinstance(schema, dict) else kind
        if logical == "decimal" and kind == "bytes":
            return self._out.add(f"put_decimal(out, {value}, {10 ** schema.get('scale', 0)})")
        if kind == "string" and self._is_shared:
            return self._out.add(f"out += {self._texts}[{value}]")
        if logical not in SCALARS:
            raise ValueError(f"values of type {logical} cannot be written")
        return SCALARS[logical](self._out, value)

    def _optional(self, branches: list[Any], value: str) -> None:
        if len(branches) != 2 or branches[0] != "null":
            raise ValueError("a union can only be written when it is null and one type")
        out, v = self._out, self._out.name()
        out.add(f"{v} = {value}")
        out.add(f"if {v} is None: put(0)")
        with out.block("else:"):
            out.add("put(2)")
            self.value(branches[1], v)

    def _enum(self, schema: Any, value: str) -> None:
        if len(schema["symbols"]) > _MOST_SYMBOLS:
            raise ValueError(f"an enum with more than {_MOST_SYMBOLS} symbols cannot be written")
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
        name = schema["name"].rpartition(".")[2]
        paths, shared = self._paths.get(name, {}), self._shared.get(name, ())
        for field in schema["fields"]:
            self._is_shared = field["name"] in shared
            self.value(field["type"], f"{value}.{paths.get(field['name'], field['name'])}")


_COMPLEX = {"enum": _Writing._enum, "array": _Writing._array, "record": _Writing._record}
