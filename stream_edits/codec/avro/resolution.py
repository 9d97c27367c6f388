"""A reading plan from the writer's and the reader's schema (Avro 1.11, Schema Resolution)."""

from typing import Any

from .avsc import PRIMITIVES, Parsed
from .errors import WrongSchema
from .plan import (
    Array,
    Enum,
    Fixed,
    Map,
    Plan,
    Record,
    Refused,
    Scalar,
    Symbol,
    Union,
    WriterField,
    least_size,
)
from .scalar_resolution import OTHER_TYPE, Pair, decimal, logical_of, scalar, type_of

# Bounds against hostile schemas: the interpreter's stack, and the 20 nested blocks that Python
# compiles. The deepest schema of ours has 9 levels, and one array in another.
DEEPEST = 16
DEEPEST_ARRAYS = 6
# The number of a branch or symbol is read and written as one byte.
_MOST_BRANCHES = 64


def resolve(writer: Parsed, reader: Parsed) -> Record:
    """Plan how to read what ``writer`` wrote as ``reader``'s record.

    Raises WrongSchema when ``writer`` is another record or one that ``reader`` cannot hold: a
    field without default is missing, types do not match, or the schema lets a few bytes stand for
    endless data (recursive, or arrays of empty items). Its message names our field. Raises
    ValueError for a reader's schema that is not supported: README.md lists the limits.
    """
    if writer.kind != "record" or _last(writer.name) != _last(reader.name):
        raise WrongSchema(f"the schema is not that of a {_last(reader.name)}")
    made = _resolve(writer.root, reader.root, Pair(writer, reader, tolerant=False))
    if not isinstance(made, Record):
        raise WrongSchema(f"the schema is not that of a {_last(reader.name)}")
    return made


def resolve_tolerantly(writer: Parsed, reader: Parsed) -> Record | Union:
    """Plan as ``resolve`` does, also for a writer whose types only mean the same as ``reader``'s.

    Records may have other names, a field may be nullable, and a text may stand for an enum, a date
    or a time, and a double for a decimal. The plan then reads what was written (text, a number,
    None), so the caller must check and convert each value. Raises as ``resolve`` does.
    """
    made = _resolve(writer.root, reader.root, Pair(writer, reader, tolerant=True))
    if not isinstance(made, Record | Union):
        raise WrongSchema(f"the schema is not that of a {_last(reader.name)}")
    return made


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _resolve(writer: Any, reader: Any, pair: Pair) -> Plan:
    if pair.depth > DEEPEST:
        raise WrongSchema(f"the schema is nested more than {DEEPEST} deep")
    pair = pair._replace(depth=pair.depth + 1)
    writer, reader = pair.writer.named(writer), pair.reader.named(reader)
    if isinstance(writer, list):
        return _union(writer, reader, pair)
    if isinstance(reader, list):
        return _first_fitting(writer, reader, pair)
    kind, wanted = type_of(writer), type_of(reader)
    if kind in PRIMITIVES and wanted in PRIMITIVES:
        return scalar(writer, reader, pair)
    if kind == wanted and kind in _COMPLEX:
        return _COMPLEX[kind](writer, reader, pair)
    if logical_of(reader) == "decimal" and {kind, wanted} == {"bytes", "fixed"}:
        return decimal(writer, reader, pair)
    if pair.tolerant and kind == "string" and wanted == "enum":
        return Scalar("string")
    raise pair.wrong(OTHER_TYPE)


def _union(writer: list[Any], reader: Any, pair: Pair) -> Plan:
    if len(writer) > _MOST_BRANCHES:
        raise WrongSchema(f"a union has more than {_MOST_BRANCHES} branches")
    errors: list[WrongSchema] = []
    branches = tuple(_branch(one, reader, pair, errors) for one in writer)
    fit = [plan for plan in branches if not isinstance(plan, Refused)]
    if all(plan == Scalar("null") for plan in fit) and not pair.is_skipped:
        # Of the only type beside null the error tells what in it does not fit.
        raise errors[0] if len(errors) == 1 else pair.wrong(OTHER_TYPE)
    return Union(branches)


def _branch(writer: Any, reader: Any, pair: Pair, errors: list[WrongSchema]) -> Plan:
    """A branch that does not fit is an error only for data that uses it.

    ``errors`` gets the error, unless the branch is null.
    """
    is_null = pair.writer.named(writer) == "null"
    if pair.tolerant and is_null:
        # The caller says which field may not be null.
        return Scalar("null")
    try:
        return _resolve(writer, reader, pair)
    except WrongSchema as error:
        if not is_null:
            errors.append(error)
        return Refused(pair.place)


def _first_fitting(writer: Any, reader: list[Any], pair: Pair) -> Plan:
    for exact in (True, False):
        for branch in reader:
            if exact and type_of(pair.reader.named(branch)) != type_of(writer):
                continue
            try:
                return _resolve(writer, branch, pair)
            except WrongSchema:
                continue
    raise pair.wrong(OTHER_TYPE)


def _fixed(writer: Any, reader: Any, pair: Pair) -> Plan:
    if "decimal" in (logical_of(writer), logical_of(reader)) and not pair.is_skipped:
        return decimal(writer, reader, pair)
    if writer["size"] != reader["size"]:
        raise pair.wrong(OTHER_TYPE)
    return Fixed(writer["size"])


def _enum(writer: Any, reader: Any, pair: Pair) -> Plan:
    known, default = set(reader["symbols"]), reader.get("default")
    symbols = tuple(symbol if symbol in known else default for symbol in writer["symbols"])
    return Enum(_last(reader["name"]), symbols, pair.place)


def _array(writer: Any, reader: Any, pair: Pair) -> Plan:
    item = _resolve(writer["items"], reader["items"], _within(pair))
    if not least_size(item):
        raise WrongSchema("an array's items may be empty, so that its length has no bound")
    return Array(item)


def _map(writer: Any, reader: Any, pair: Pair) -> Plan:
    if not pair.is_skipped:
        raise ValueError("a map can only be skipped: the reader's schema may not have one")
    return Map(_resolve(writer["values"], reader["values"], _within(pair)))


def _within(pair: Pair) -> Pair:
    if pair.arrays == DEEPEST_ARRAYS:
        raise WrongSchema(f"the schema has more than {DEEPEST_ARRAYS} arrays one in another")
    return pair._replace(arrays=pair.arrays + 1)


def _record(writer: Any, reader: Any, pair: Pair) -> Plan:
    if writer["name"] in pair.open_records:
        raise WrongSchema("the schema is recursive")
    if not pair.tolerant and _last(writer["name"]) != _last(reader["name"]):
        raise pair.wrong("is another record than ours")
    pair = pair._replace(open_records=(*pair.open_records, writer["name"]))
    ours = {name: f for f in reader["fields"] for name in (f["name"], *f.get("aliases", ()))}
    skipped = pair._replace(reader=pair.writer, is_skipped=True)
    fields = []
    for field in writer["fields"]:
        own = ours.get(field["name"])
        if own:
            within = pair._replace(place=_within_record(pair, own))
            fields.append(WriterField(own["name"], _resolve(field["type"], own["type"], within)))
        else:
            fields.append(WriterField(None, _resolve(field["type"], field["type"], skipped)))
    present = {field.name for field in fields}
    absent = [field for field in reader["fields"] if field["name"] not in present]
    order = tuple(field["name"] for field in reader["fields"])
    defaults = tuple(_default(field, pair) for field in absent)
    return Record(_last(reader["name"]), tuple(fields), order, defaults)


def _within_record(pair: Pair, field: dict[str, Any]) -> str:
    return f"{pair.place}.{field['name']}" if pair.place else str(field["name"])


def _default(field: dict[str, Any], pair: Pair) -> tuple[str, Any]:
    """The reader's value for a field that the writer lacks: its default, as it is in the schema.

    A default that would need decoding (an object, or items of an array) is not supported.
    """
    if "default" not in field:
        raise WrongSchema(f"the writer's schema has no {_within_record(pair, field)}")
    value = field["default"]
    if isinstance(value, dict) or (isinstance(value, list) and value):
        raise ValueError("a default may be null, text, a number, a boolean or an empty array")
    if isinstance(value, list):
        return field["name"], ()
    kind = pair.reader.named(field["type"])
    if isinstance(kind, dict) and kind["type"] == "enum":
        return field["name"], Symbol(_last(kind["name"]), value)
    is_bytes = field["type"] == "bytes" and isinstance(value, str)
    return field["name"], value.encode("latin-1") if is_bytes else value


_COMPLEX = {"fixed": _fixed, "enum": _enum, "array": _array, "map": _map, "record": _record}
