"""Schemas of a claim as tools derive them, and a claim's value in each."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

from stream_edits.domain.claim import ClaimEvent
from tests.codec.evolution import Json, claim_schema


class Derived(NamedTuple):
    """A way to write claims: its schema, made from ours, and the value to write with it."""

    name: str
    record: Callable[[str, str | None], Json]
    scalar: Callable[[Any], Any]
    is_nullable: bool
    convert: Callable[[Any], Any]

    def schema(self) -> Json:
        """The schema of the whole claim."""
        return self._record(claim_schema(), None)

    def value(self, claim: ClaimEvent) -> Any:
        """The claim as fastavro writes it with that schema."""
        return _converted(asdict(claim), self.convert)

    def _record(self, ours: Json, within: str | None) -> Json:
        head = self.record(ours["name"], within)
        fields = []
        for field in ours["fields"]:
            kind = self._type(field["type"], field["name"])
            nullable = isinstance(kind, list)
            default = {"default": None} if nullable else {}
            fields.append({"name": field["name"], "type": kind, **default})
        return {"type": "record", **head, "fields": fields}

    def _type(self, ours: Any, name: str) -> Any:
        is_null_already = isinstance(ours, list)
        kind = ours[1] if is_null_already else ours
        if isinstance(kind, dict) and kind["type"] == "array":
            made: Any = {"type": "array", "items": self._type(kind["items"], name)}
        elif isinstance(kind, dict) and kind["type"] == "record":
            made = self._record(kind, name)
        else:
            made = self.scalar(kind)
        return ["null", made] if self.is_nullable or is_null_already else made


def _converted(value: Any, convert: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _converted(each, convert) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_converted(each, convert) for each in value]
    return convert(value)


def _text(value: Any) -> Any:
    return str(value.value) if isinstance(value, Enum) else value


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, dict) and kind["type"] == "enum"


def _logical(kind: Any) -> str:
    return str(kind.get("logicalType", "")) if isinstance(kind, dict) else ""


def _flink(kind: Any) -> Any:
    return "string" if _is_enum(kind) else kind


def _flink_micros(kind: Any) -> Any:
    if _logical(kind).endswith("-millis"):
        return {"type": "long", "logicalType": _logical(kind).replace("millis", "micros")}
    if _logical(kind) == "decimal":
        return {**kind, "precision": 38, "scale": 18}
    return _flink(kind)


def _ksqldb(kind: Any) -> Any:
    """ksqlDB has no local time: a wall clock is a VARCHAR."""
    if _is_enum(kind) or _logical(kind).startswith("local-"):
        return "string"
    if _logical(kind) == "decimal":
        name = {"connect.name": "org.apache.kafka.connect.data.Decimal", "connect.version": 1}
        return {**kind, **name, "connect.parameters": {"scale": str(kind["scale"])}}
    return kind


def _as_ksqldb(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.isoformat()
    return _text(value)


def _connect(kind: Any) -> Any:
    """Connect's decimals have 64 digits unless a parameter says otherwise."""
    if _logical(kind) == "decimal":
        return {**_ksqldb(kind), "precision": 64}
    if kind == "string":
        return {"type": "string", "connect.parameters": {"length": "20"}}
    return _ksqldb(kind)


def _plain(kind: Any) -> Any:
    """All that a spreadsheet or a script knows: text and double."""
    if _logical(kind) == "decimal":
        return "double"
    return "string" if _is_enum(kind) or _logical(kind) else kind


def _as_plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else _text(value)


def _named_by_flink(_: str, within: str | None) -> Json:
    name = "record" + (f"_{within}" if within else "")
    return {"name": name, "namespace": "org.apache.flink.avro.generated"}


def _named_by_ksqldb(_: str, within: str | None) -> Json:
    name = "KsqlDataSourceSchema" + (f"_{within.upper()}" if within else "")
    return {"name": name, "namespace": "io.confluent.ksql.avro_schemas"}


def _named_by_connect(_: str, within: str | None) -> Json:
    name = "ConnectDefault" + (str(within) if within else "")
    return {"name": name, "namespace": "io.confluent.connect.avro"}


def _named_by_a_script(ours: str, _: str | None) -> Json:
    return {"name": f"My{ours}"}


WRITERS = [
    Derived("Flink SQL", _named_by_flink, _flink, True, _text),
    Derived("Flink SQL, NOT NULL", _named_by_flink, _flink, False, _text),
    Derived("Flink SQL, microseconds", _named_by_flink, _flink_micros, True, _text),
    Derived("ksqlDB", _named_by_ksqldb, _ksqldb, True, _as_ksqldb),
    Derived("Kafka Connect", _named_by_connect, _connect, True, _as_ksqldb),
    Derived("Kafka Connect, required", _named_by_connect, _connect, False, _as_ksqldb),
    Derived("a script", _named_by_a_script, _plain, False, _as_plain),
    Derived("a script, nullable", _named_by_a_script, _plain, True, _as_plain),
]
