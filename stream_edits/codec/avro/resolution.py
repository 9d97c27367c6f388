"""A reading plan from the writer's and the reader's schema (Avro 1.11, Schema Resolution)."""

from typing import Any, NamedTuple

from .avsc import PRIMITIVES, Parsed
from .errors import WrongSchema
from .plan import (
    Array,
    DecimalBytes,
    Enum,
    Fixed,
    Map,
    Plan,
    Record,
    Refused,
    Scalar,
    Union,
    WriterField,
    least_size,
)

# Bounds against hostile schemas: the interpreter's stack, and the 20 nested blocks that Python
# compiles. The deepest schema of ours has 9 levels, and one array in another.
_DEEPEST = 16
_DEEPEST_ARRAYS = 6
# The number of a branch or symbol is read and written as one byte.
_MOST_BRANCHES = 64
_SECONDS = {"timestamp-millis", "timestamp-micros"}
_LOCAL = {"local-timestamp-millis", "local-timestamp-micros"}
_LOGICAL = {
    ("int", "date"): {"date"},
    ("long", "timestamp-millis"): _SECONDS,
    ("long", "timestamp-micros"): _SECONDS,
    ("long", "local-timestamp-millis"): _LOCAL,
    ("long", "local-timestamp-micros"): _LOCAL,
}
_PROMOTED = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}


class _Pair(NamedTuple):
    writer: Parsed
    reader: Parsed
    open_records: tuple[str, ...] = ()
    depth: int = 0
    arrays: int = 0
    is_skipped: bool = False


def resolve(writer: Parsed, reader: Parsed) -> Record:
    """Plan how to read what ``writer`` wrote as ``reader``'s record.

    Raises WrongSchema when ``writer`` is another record or one that ``reader`` cannot hold: a
    field without default is missing, types do not match, or the schema lets a few bytes stand for
    endless data (recursive, or arrays of empty items). Raises ValueError for a reader's schema
    that is not supported: README.md lists the limits.
    """
    if writer.kind != "record" or _last(writer.name) != _last(reader.name):
        raise WrongSchema(f"the schema is not that of a {_last(reader.name)}")
    made = _resolve(writer.root, reader.root, _Pair(writer, reader))
    if not isinstance(made, Record):
        raise WrongSchema(f"the schema is not that of a {_last(reader.name)}")
    return made


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _resolve(writer: Any, reader: Any, pair: _Pair) -> Plan:
    if pair.depth > _DEEPEST:
        raise WrongSchema(f"the schema is nested more than {_DEEPEST} deep")
    pair = pair._replace(depth=pair.depth + 1)
    writer, reader = pair.writer.named(writer), pair.reader.named(reader)
    if isinstance(writer, list):
        if len(writer) > _MOST_BRANCHES:
            raise WrongSchema(f"a union has more than {_MOST_BRANCHES} branches")
        return Union(tuple(_branch(one, reader, pair) for one in writer))
    if isinstance(reader, list):
        return _first_fitting(writer, reader, pair)
    kind, wanted = _type(writer), _type(reader)
    if kind in PRIMITIVES and wanted in PRIMITIVES:
        return _scalar(writer, reader)
    if kind == wanted and kind in _COMPLEX:
        return _COMPLEX[kind](writer, reader, pair)
    if "decimal" in (_logical(writer), _logical(reader)) and {kind, wanted} == {"bytes", "fixed"}:
        return _decimal(writer, reader)
    raise WrongSchema("a field has another type than ours")


def _branch(writer: Any, reader: Any, pair: _Pair) -> Plan:
    """A branch that does not fit is an error only for data that uses it."""
    try:
        return _resolve(writer, reader, pair)
    except WrongSchema:
        return Refused()


def _first_fitting(writer: Any, reader: list[Any], pair: _Pair) -> Plan:
    for exact in (True, False):
        for branch in reader:
            if exact and _type(pair.reader.named(branch)) != _type(writer):
                continue
            try:
                return _resolve(writer, branch, pair)
            except WrongSchema:
                continue
    raise WrongSchema("a field has another type than ours")


def _type(schema: Any) -> str:
    return str(schema["type"] if isinstance(schema, dict) else schema)


def _logical(schema: Any) -> str | None:
    return schema.get("logicalType") if isinstance(schema, dict) else None


def _scalar(writer: Any, reader: Any) -> Plan:
    if "decimal" in (_logical(writer), _logical(reader)):
        return _decimal(writer, reader)
    kind, wanted = _type(writer), _type(reader)
    written, meant = _logical(writer), _logical(reader)
    allowed = _LOGICAL.get((wanted, meant or ""))
    if allowed:
        # A number without logical type is taken to be in the reader's unit.
        logical = written if (kind, written or "") in _LOGICAL else meant
        if logical in allowed and kind == wanted:
            return Scalar(str(logical))
        raise WrongSchema("a date or time has another type than ours")
    if kind == wanted or wanted in _PROMOTED.get(kind, ()):
        return Scalar(kind) if kind == wanted else Scalar(f"{kind} as {wanted}")
    raise WrongSchema("a field has another type than ours")


def _decimal(writer: Any, reader: Any) -> Plan:
    source = writer if _logical(writer) == "decimal" else reader
    if _logical(source) != "decimal" or _type(writer) not in ("bytes", "fixed"):
        raise WrongSchema("a decimal has another type than ours")
    precision, scale = source.get("precision", 0), source.get("scale", 0)
    if not 0 < precision <= 28 or not 0 <= scale <= precision:
        raise WrongSchema("a decimal has more than 28 digits, or a scale beyond its precision")
    return DecimalBytes(precision, scale, writer.get("size") if writer != "bytes" else None)


def _fixed(writer: Any, reader: Any, pair: _Pair) -> Plan:
    if writer["size"] != reader["size"]:
        raise WrongSchema("a fixed has another size than ours")
    if "decimal" in (_logical(writer), _logical(reader)):
        return _decimal(writer, reader)
    return Fixed(writer["size"])


def _enum(writer: Any, reader: Any, pair: _Pair) -> Plan:
    known, default = set(reader["symbols"]), reader.get("default")
    symbols = tuple(symbol if symbol in known else default for symbol in writer["symbols"])
    return Enum(_last(reader["name"]), symbols)


def _array(writer: Any, reader: Any, pair: _Pair) -> Plan:
    item = _resolve(writer["items"], reader["items"], _within(pair))
    if not least_size(item):
        raise WrongSchema("an array's items may be empty, so that its length has no bound")
    return Array(item)


def _map(writer: Any, reader: Any, pair: _Pair) -> Plan:
    if not pair.is_skipped:
        raise ValueError("a map can only be skipped: the reader's schema may not have one")
    return Map(_resolve(writer["values"], reader["values"], _within(pair)))


def _within(pair: _Pair) -> _Pair:
    if pair.arrays == _DEEPEST_ARRAYS:
        raise WrongSchema(f"the schema has more than {_DEEPEST_ARRAYS} arrays one in another")
    return pair._replace(arrays=pair.arrays + 1)


def _record(writer: Any, reader: Any, pair: _Pair) -> Plan:
    if writer["name"] in pair.open_records:
        raise WrongSchema("the schema is recursive")
    if _last(writer["name"]) != _last(reader["name"]):
        raise WrongSchema("a nested record is another than ours")
    pair = pair._replace(open_records=(*pair.open_records, writer["name"]))
    ours = {name: f for f in reader["fields"] for name in (f["name"], *f.get("aliases", ()))}
    skipped = pair._replace(reader=pair.writer, is_skipped=True)
    fields = []
    for field in writer["fields"]:
        own = ours.get(field["name"])
        if own:
            fields.append(WriterField(own["name"], _resolve(field["type"], own["type"], pair)))
        else:
            fields.append(WriterField(None, _resolve(field["type"], field["type"], skipped)))
    present = {field.name for field in fields}
    absent = [field for field in reader["fields"] if field["name"] not in present]
    order = tuple(field["name"] for field in reader["fields"])
    defaults = tuple(_default(field) for field in absent)
    return Record(_last(reader["name"]), tuple(fields), order, defaults)


def _default(field: dict[str, Any]) -> tuple[str, Any]:
    """The reader's value for a field that the writer lacks: its default, as it is in the schema.

    A default that would need decoding (an object, or items of an array) is not supported.
    """
    if "default" not in field:
        raise WrongSchema(f"the writer's schema has no {field['name']}")
    value = field["default"]
    if isinstance(value, dict) or (isinstance(value, list) and value):
        raise ValueError("a default may be null, text, a number, a boolean or an empty array")
    if isinstance(value, list):
        return field["name"], ()
    is_bytes = field["type"] == "bytes" and isinstance(value, str)
    return field["name"], value.encode("latin-1") if is_bytes else value


_COMPLEX = {"fixed": _fixed, "enum": _enum, "array": _array, "map": _map, "record": _record}
