"""How a writer's number, text, date, time or amount is read as the reader's."""

from typing import Any, NamedTuple

from .avsc import Parsed
from .errors import WrongSchema
from .plan import DecimalBytes, Plan, Scalar

# What a date or time tells, by the type it is written in and its logical type.
_TELLS = {
    ("int", "date"): "a day",
    ("int", "time-millis"): "a time of day",
    ("long", "time-micros"): "a time of day",
    **{("long", f"timestamp-{unit}"): "an instant" for unit in ("millis", "micros", "nanos")},
    **{
        ("long", f"local-timestamp-{unit}"): "a wall clock"
        for unit in ("millis", "micros", "nanos")
    },
}
_PROMOTED = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}
_MOST_DIGITS = 1000
OTHER_TYPE = "has another type than ours"


class Pair(NamedTuple):
    """The two schemas, and where in them a part lies.

    ``place`` names the reader's field, with the fields that it is within. ``is_skipped``: the
    reader has no such field.
    """

    writer: Parsed
    reader: Parsed
    tolerant: bool
    place: str = ""
    open_records: tuple[str, ...] = ()
    depth: int = 0
    arrays: int = 0
    is_skipped: bool = False

    def wrong(self, problem: str) -> WrongSchema:
        """The error for the field at this place."""
        return WrongSchema(f"{self.place or 'the record'} {problem}")


def type_of(schema: Any) -> str:
    """The Avro type of a schema whose name is resolved."""
    return str(schema["type"] if isinstance(schema, dict) else schema)


def logical_of(schema: Any) -> str:
    """The logical type of a schema, empty without one."""
    return str(schema.get("logicalType", "")) if isinstance(schema, dict) else ""


def scalar(writer: Any, reader: Any, pair: Pair) -> Plan:
    """How to read one primitive type as another. Raises WrongSchema."""
    kind, wanted = type_of(writer), type_of(reader)
    if pair.is_skipped:
        return Scalar(kind)
    if "decimal" in (logical_of(writer), logical_of(reader)):
        return decimal(writer, reader, pair)
    tells, asked = (_TELLS.get((type_of(each), logical_of(each))) for each in (writer, reader))
    if asked and kind == wanted and tells in (asked, None):
        # A number without logical type is taken to be in the reader's unit.
        return Scalar(logical_of(writer if tells else reader))
    if asked and pair.tolerant and kind == "string":
        return Scalar("string")
    if asked or tells:
        raise pair.wrong(OTHER_TYPE)
    if kind == wanted or wanted in _PROMOTED.get(kind, ()):
        return Scalar(kind) if kind == wanted else Scalar(f"{kind} as {wanted}")
    raise pair.wrong(OTHER_TYPE)


def decimal(writer: Any, reader: Any, pair: Pair) -> Plan:
    """How to read an amount, with the digits that the writer gave it. Raises WrongSchema."""
    kind = type_of(writer)
    source = writer if logical_of(writer) == "decimal" else reader
    if logical_of(reader) != "decimal":
        raise pair.wrong(OTHER_TYPE)
    if pair.tolerant and kind in ("double", "float"):
        return Scalar(kind)
    if kind not in ("bytes", "fixed"):
        raise pair.wrong(OTHER_TYPE)
    precision, scale = source.get("precision", 0), source.get("scale", 0)
    if not 0 < precision <= _MOST_DIGITS or not 0 <= scale <= precision:
        raise pair.wrong(f"has more than {_MOST_DIGITS} digits, or a scale beyond its precision")
    return DecimalBytes(precision, scale, writer["size"] if kind == "fixed" else None)
