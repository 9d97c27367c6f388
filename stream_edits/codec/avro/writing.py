"""Python values to Avro bodies: a function generated from a schema.

The same value gives the same bytes. The function does not check values: pass only values that
the caller has validated.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .avsc import Parsed
from .known_values import Shared, WrittenTexts
from .source_text import SourceText
from .writing_parts import CONSTANTS, NONE, SCALARS, SOME, joined

Encoder = Callable[[Any], bytes]
Paths = Mapping[str, Mapping[str, str]]
# The number of a symbol is written as one byte.
_MOST_SYMBOLS = 64


def encoder(
    schema: Parsed,
    paths: Paths | None = None,
    *,
    records: Mapping[str, Any] | None = None,
    head: bytes = b"",
    shared: Shared | None = None,
) -> Encoder:
    """Compile a schema to a function value -> ``head`` and then the body.

    A field's value is the attribute of its name. ``paths`` gives another attribute path for a
    field, by the record's name without namespace: ``{"Visit": {"npi": "provider.npi"}}``.
    ``records`` has the NamedTuples that the values are, by the same names, as far as they are
    known: their fields are read all at once. ``shared`` names the fields of text, by the record's
    name, in which few values share many records: what is written for them is kept. Raises
    ValueError for a schema that is not supported: README.md lists the limits.
    """
    out = SourceText({**CONSTANTS, "head": head})
    octets = _Writing(out, schema, paths or {}, records or {}, shared or {}).value(
        schema.root, "value"
    )
    out.add(f"return {joined(['head', *octets])}")
    return out.function("value")


class _Writing:
    """Generates the code that writes each part of a schema."""

    def __init__(
        self,
        out: SourceText,
        schema: Parsed,
        paths: Paths,
        records: Mapping[str, Any],
        shared: Shared,
    ) -> None:
        self._out = out
        self._schema = schema
        self._paths = paths
        self._records = records
        self._shared = shared
        self._texts = out.constant(WrittenTexts())
        self._optional_texts = out.constant(WrittenTexts(SOME, {None: NONE}))
        self._is_shared = False

    def value(self, schema: Any, value: str) -> list[str]:
        """Add the code that prepares the expression ``value`` under that schema.

        The returned expressions are its octets, one after another.
        """
        schema = self._schema.named(schema)
        if isinstance(schema, list):
            return self._optional(schema, value)
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind in _COMPLEX:
            return _COMPLEX[kind](self, schema, value)
        logical = str(schema.get("logicalType", kind)) if isinstance(schema, dict) else kind
        if logical == "decimal" and kind == "bytes":
            return [f"decimal_octets({value}, {10 ** schema.get('scale', 0)})"]
        if kind == "string" and self._is_shared:
            return [f"{self._texts}[{value}]"]
        if logical not in SCALARS:
            raise ValueError(f"values of type {logical} cannot be written")
        return SCALARS[logical](self._out, value)

    def _optional(self, branches: list[Any], value: str) -> list[str]:
        if len(branches) != 2 or branches[0] != "null":
            raise ValueError("a union can only be written when it is null and one type")
        if branches[1] == "string" and self._is_shared:
            return [f"{self._optional_texts}[{value}]"]
        out, v, octets = self._out, self._named(value), self._out.name()
        out.add(f"if {v} is None: {octets} = none")
        with out.block("else:"):
            out.add(f"{octets} = {joined(['some', *self.value(branches[1], v)])}")
        return [octets]

    def _enum(self, schema: Any, value: str) -> list[str]:
        if len(schema["symbols"]) > _MOST_SYMBOLS:
            raise ValueError(f"an enum with more than {_MOST_SYMBOLS} symbols cannot be written")
        octets = {symbol: bytes([2 * number]) for number, symbol in enumerate(schema["symbols"])}
        return [f"{self._out.constant(octets)}[{value}]"]

    def _array(self, schema: Any, value: str) -> list[str]:
        out, items = self._out, self._named(value)
        item, octets = out.name(), out.name()
        # Most arrays are empty.
        out.add(f"{octets} = end")
        with out.block(f"if {items}:"):
            out.add(f"{octets} = [numbers[len({items})]]")
            with out.block(f"for {item} in {items}:"):
                out.add(f"{octets} += ({', '.join(self.value(schema['items'], item))},)")
            out.add(f"{octets} = join({octets}) + end")
        return [octets]

    def _record(self, schema: Any, value: str) -> list[str]:
        name = schema["name"].rpartition(".")[2]
        paths, shared = self._paths.get(name, {}), self._shared.get(name, ())
        known = self._unpacked(self._records.get(name), value)
        octets = []
        for field in schema["fields"]:
            self._is_shared = field["name"] in shared
            path = paths.get(field["name"], field["name"])
            octets += self.value(field["type"], known.get(path, f"{value}.{path}"))
        return octets

    def _unpacked(self, record: Any, value: str) -> dict[str, str]:
        """Add code that unpacks a NamedTuple, and those that are its fields. Returns the variables
        by path. One attribute after another takes several times as long."""
        fields = getattr(record, "_fields", ())
        known = {field: self._out.name() for field in fields}
        if known:
            self._out.add(f"{', '.join(known.values())}, = {value}")
        for field in fields:
            below = self._unpacked(record.__annotations__.get(field), known[field])
            known |= {f"{field}.{path}": name for path, name in below.items()}
        return known

    def _named(self, value: str) -> str:
        """A variable that has the value of an expression."""
        if value.isidentifier():
            return value
        v = self._out.name()
        self._out.add(f"{v} = {value}")
        return v


_COMPLEX = {"enum": _Writing._enum, "array": _Writing._array, "record": _Writing._record}
