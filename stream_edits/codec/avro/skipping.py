"""Where a record ends, by the writer's schema alone: for records whose values cannot be read."""

from typing import Any

from .avsc import Parsed
from .plan import Array, Fixed, Plan, Record, Refused, Scalar, Union, WriterField, least_size
from .reading import Decoder, decoder
from .resolution import DEEPEST, DEEPEST_ARRAYS
from .scalar_resolution import type_of

# What may hold a value that cannot be is read as bytes or numbers, of which every one can be.
_EXTENTS: dict[str, Plan] = {
    "null": Scalar("null"),
    "boolean": Fixed(1),
    "int": Scalar("long"),
    "long": Scalar("long"),
    "float": Fixed(4),
    "double": Fixed(8),
    "bytes": Scalar("bytes"),
    "string": Scalar("bytes"),
    "enum": Scalar("long"),
}
_NOT_BOUNDED = Refused("the record")


def skipper(writer: Parsed) -> Decoder:
    """A function for ``read_next`` that finds the end of what ``writer`` wrote; its value is empty.

    It stops at nothing but what hides the end: a length, or the branch of a union, that cannot be.
    """
    return decoder(_in_a_row(_extent(writer.root, writer, ())))


def _in_a_row(*extents: Plan) -> Record:
    return Record("", tuple(WriterField(None, each) for each in extents), (), ())


def _extent(schema: Any, writer: Parsed, above: tuple[str, ...]) -> Plan:
    """``above`` has the types that the schema is within, records by name."""
    schema = writer.named(schema)
    if isinstance(schema, list):
        return Union(tuple(_extent(branch, writer, (*above, "|")) for branch in schema))
    kind = type_of(schema)
    if kind == "fixed":
        return Fixed(schema["size"])
    if kind not in ("record", "array", "map"):
        return _EXTENTS.get(kind, _NOT_BOUNDED)
    name, most = (schema["name"], 0) if kind == "record" else ("[]", DEEPEST_ARRAYS - 1)
    if len(above) == DEEPEST or above.count(name) > most:
        return _NOT_BOUNDED
    above = (*above, name)
    if kind == "record":
        return _in_a_row(*(_extent(each["type"], writer, above) for each in schema["fields"]))
    if kind == "map":
        return Array(_in_a_row(_EXTENTS["string"], _extent(schema["values"], writer, above)))
    item = _extent(schema["items"], writer, above)
    # Items without bytes: a few bytes could stand for endless data.
    return Array(item) if least_size(item) else _NOT_BOUNDED
