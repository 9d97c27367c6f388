"""Checks whether data of one schema can be read with another, with Apache Avro's checker and more.

Apache's checker ignores logical types: a decimal with another scale, or a time in another unit,
would be read as a wrong number.
"""

import json
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import avro.schema
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import IgnoredLogicalType

Json = Any


class _Logical(NamedTuple):
    """The meaning of a number: its logical type, and the precision and scale of a decimal."""

    name: str | None
    precision: int = 0
    scale: int = 0


def problems(reader: Json, writer: Json) -> list[str]:
    """The reasons why data of `writer` cannot be read with `reader`. Both are self-contained."""
    checker: Any = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        # It does not know local timestamps, and treats them as plain numbers; see below.
        warnings.simplefilter("ignore", IgnoredLogicalType)
        parsed = [avro.schema.parse(json.dumps(schema)) for schema in (reader, writer)]
    result = checker.get_compatibility(*parsed)
    found = []
    if result.compatibility is not SchemaCompatibilityType.compatible:
        found = sorted(result.messages) or ["incompatible"]
    ours = dict(_meanings(reader, {}))
    for path, theirs in _meanings(writer, {}):
        own = ours.get(path, theirs)
        if (own.name, own.scale) != (theirs.name, theirs.scale):
            found.append(f"{path}: {theirs} would be read as {own}")
        elif own.precision < theirs.precision:
            found.append(f"{path}: {theirs.precision} digits do not fit into {own.precision}")
    return found


def _meanings(
    schema: Json, names: dict[str, Json], path: str = ""
) -> Iterator[tuple[str, _Logical]]:
    """The meaning of each primitive, with its path of field names."""
    if isinstance(schema, str):
        if schema.rpartition(".")[2] in names:
            yield from _meanings(names[schema.rpartition(".")[2]], {}, path)
        else:
            yield path, _Logical(None)
    elif isinstance(schema, list):
        for branch in schema:
            if branch != "null":
                yield from _meanings(branch, names, path)
    elif schema["type"] == "record":
        names[schema["name"].rpartition(".")[2]] = schema
        for field in schema["fields"]:
            yield from _meanings(field["type"], names, f"{path}.{field['name']}")
    elif schema["type"] in ("array", "map"):
        inner = schema.get("items", schema.get("values"))
        yield from _meanings(inner, names, f"{path}[]")
    elif isinstance(schema["type"], dict | list):
        yield from _meanings(schema["type"], names, path)
    else:
        precision, scale = schema.get("precision", 0), schema.get("scale", 0)
        yield path, _Logical(schema.get("logicalType"), precision, scale)
