"""Avro schema text: made self-contained, and parsed once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastavro.schema import SchemaParseException, UnknownType, parse_schema

from .errors import WrongSchema

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
_NAMED = frozenset({"record", "error", "enum", "fixed"})
_COMPLEX = _NAMED | {"array", "map"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A schema as JSON with full names; ``names`` maps each full name to its definition."""

    root: Any
    names: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The Avro type of the outermost schema, such as ``record``."""
        return str(self.root["type"]) if isinstance(self.root, dict) else "union or primitive"

    @property
    def name(self) -> str:
        """The full name of the outermost schema; empty when it has none."""
        return str(self.root.get("name", "")) if isinstance(self.root, dict) else ""

    def named(self, schema: Any) -> Any:
        """The definition behind a name; any other schema unchanged."""
        schema = self.names.get(schema, schema) if isinstance(schema, str) else schema
        if isinstance(schema, dict) and set(schema) == {"type"} and schema["type"] in PRIMITIVES:
            return schema["type"]
        return schema


def parse(text: str) -> Parsed:
    """Parse a self-contained Avro schema (JSON). Raises WrongSchema when it is not valid Avro."""
    names: dict[str, Any] = {}
    try:
        root = parse_schema(json.loads(text), names)
    except (SchemaParseException, UnknownType, ValueError, LookupError) as error:
        raise WrongSchema("the writer's schema is not valid Avro") from error
    except (TypeError, AttributeError, RecursionError) as error:
        raise WrongSchema("the writer's schema is not valid Avro") from error
    return Parsed(root, names)


def self_contained(schema: Any, others: Mapping[str, Any]) -> Any:
    """The schema with each named type of ``others`` written out at its first mention.

    Both are JSON values. ``others`` maps full names to definitions; a name that it lacks stays, as
    does one that the schema itself defines before.
    """
    return _written_out(schema, others, set(), "")


def _written_out(schema: Any, others: Mapping[str, Any], done: set[str], namespace: str) -> Any:
    if isinstance(schema, str):
        if schema in done or schema not in others:
            return schema
        return _written_out(others[schema], others, done, namespace)
    if isinstance(schema, list):
        return [_written_out(branch, others, done, namespace) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    written = dict(schema)
    namespace = schema.get("namespace", namespace)
    kind = schema.get("type")
    if isinstance(kind, str) and kind in _NAMED:
        done.add(f"{namespace}.{schema['name']}")
    for part in ("items", "values"):
        if part in written:
            written[part] = _written_out(written[part], others, done, namespace)
    if isinstance(kind, str) and kind in _COMPLEX | PRIMITIVES:
        if isinstance(schema.get("fields"), list):
            written["fields"] = [
                _written_out(field, others, done, namespace) for field in schema["fields"]
            ]
    elif "type" in written:
        written["type"] = _written_out(written["type"], others, done, namespace)
    return written
