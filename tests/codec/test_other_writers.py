"""Claims of writers that cannot write our schema: each is decided as its twin in our schema.

Such as Flink SQL, ksqlDB and Kafka Connect, which derive a schema from a table or a connector.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from stream_edits.codec.errors import ContractViolation
from stream_edits.domain.digests import content_digest
from tests.codec.another_type import MICROSECONDS, decimal, one_line, read_as, typed
from tests.codec.derived_schemas import WRITERS, Derived
from tests.codec.evolution import claim_schema, field_of
from tests.codec.examples import CLAIM

VALUE = asdict(CLAIM)


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
def test_the_claim_is_its_twin(writer: Derived) -> None:
    read = read_as(writer.schema(), writer.value(CLAIM))
    assert read == CLAIM
    assert repr(content_digest(read)) == repr(content_digest(CLAIM))


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
def test_a_claim_with_little_is_its_twin(writer: Derived) -> None:
    little = replace(
        CLAIM, lines=CLAIM.lines[1:], attachments=(), diagnosis_codes=(), encounter_id=None
    )
    assert read_as(writer.schema(), writer.value(little)) == little


def micros(moment: datetime) -> int:
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000) * 1000 + 999


def scaled(places: int) -> Callable[[Decimal], Decimal]:
    return lambda amount: amount.quantize(Decimal(1).scaleb(-places))


TWINS: dict[str, tuple[str, Any, Callable[[Any], Any]]] = {
    "an enum as text": ("claim_form", "string", str),
    "an enum as text or null": ("line_of_business", ["null", "string"], str),
    "an enum of a line as text": ("lines.supervision", "string", str),
    "a text or null": ("claim_id", ["null", "string"], str),
    "null last": ("claim_id", ["string", "null"], str),
    "a number or null": ("lines.line_number", ["null", "int"], int),
    "a double or null": ("lines.units", ["null", "double"], float),
    "texts or nulls": (
        "diagnosis_codes",
        {"type": "array", "items": ["null", "string"]},
        list,
    ),
    "a list or null": ("diagnosis_codes", ["null", {"type": "array", "items": "string"}], list),
    "a boolean or null": ("crossover", ["null", "boolean"], bool),
    "a date as text": ("statement_from", "string", str),
    "a date as text or null": ("received_date", ["null", "string"], str),
    "a time as text": ("event_time", "string", lambda moment: moment.isoformat()),
    "a time as text, in another zone": (
        "event_time",
        "string",
        lambda _: "2024-12-05T00:30:00.123-08:00",
    ),
    "a time as text with a Z": ("event_time", "string", lambda _: "2024-12-05T08:30:00.123999Z"),
    "a wall clock as text": ("lines.start_time", ["null", "string"], lambda m: m.isoformat()),
    "microseconds": ("event_time", MICROSECONDS, lambda m: m.replace(microsecond=123999)),
    "nanoseconds": (
        "event_time",
        {"type": "long", "logicalType": "timestamp-nanos"},
        lambda m: micros(m) * 1000 + 999,
    ),
    "a wall clock in nanoseconds": (
        "lines.start_time",
        ["null", {"type": "long", "logicalType": "local-timestamp-nanos"}],
        lambda m: micros(m) * 1000 + 999,
    ),
    "a wall clock in microseconds, never null": (
        "lines.end_time",
        {"type": "long", "logicalType": "local-timestamp-micros"},
        lambda m: m.replace(microsecond=7999),
    ),
    "an amount of more decimals": ("lines.charge_amount", decimal(6, 20), scaled(6)),
    "an amount of fewer decimals": ("lines.charge_amount", ["null", decimal(1, 6)], scaled(1)),
    "an amount of 64 digits": (
        "lines.drug_unit_price",
        ["null", decimal(4, 64, **{"connect.name": "org.apache.kafka.connect.data.Decimal"})],
        scaled(4),
    ),
    "a fixed amount": (
        "lines.drug_unit_price",
        {"type": "fixed", "name": "F", "size": 16, "logicalType": "decimal"}
        | {"precision": 38, "scale": 18},
        scaled(18),
    ),
    "an amount as a double": ("lines.charge_amount", ["null", "double"], float),
    "an amount of four decimals as a double": ("lines.drug_unit_price", "double", float),
    "an amount as a float that holds it": ("lines.charge_amount", ["null", "float"], float),
    "an int for a double": ("lines.units", "int", lambda _: 2),
    "a float for a double": ("lines.units", "float", float),
}
# In these the value itself is another one, which the twin has as well.
OTHER_UNITS = {"an int for a double": 2.0}


@pytest.mark.parametrize("name", TWINS)
def test_each_form_alone_is_its_twin(name: str) -> None:
    path, kind, change = TWINS[name]
    twin = replace(CLAIM, lines=CLAIM.lines[:1])
    if name in OTHER_UNITS:
        twin = replace(twin, lines=(replace(twin.lines[0], units=OTHER_UNITS[name]),))
    schema, value = typed(path, kind), one_line(path, change)
    read = read_as(schema, value)
    assert read == twin
    assert content_digest(read) == content_digest(twin)


def test_the_whole_claim_may_be_nullable() -> None:
    schema: Any = ["null", claim_schema()]
    assert read_as(schema, VALUE) == CLAIM
    with pytest.raises(ContractViolation, match=r"^the claim is not an object$"):
        read_as(schema, None)


def test_a_date_is_a_date_of_the_calendar() -> None:
    schema = claim_schema()
    field_of(schema, "statement_from")["type"] = "string"
    read = read_as(schema, VALUE | {"statement_from": "2024-02-29"})
    assert read.statement_from == date(2024, 2, 29)
