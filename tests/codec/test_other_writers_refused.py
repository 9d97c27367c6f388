"""What another writer of claims may not do: each refusal names the field."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest

from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.errors import ContractViolation, WrongSchema
from stream_edits.codec.framing import frame_head
from tests.codec.another_type import MICROSECONDS, at, decimal, one_line, read_as, typed
from tests.codec.evolution import Json, OneSchema, claim_schema, field_of
from tests.codec.examples import CLAIM

VALUE = asdict(CLAIM)

NULLS = [
    ("claim_id", ["null", "string"], "claim_id is not text"),
    (
        "claim_form",
        ["null", "string"],
        "claim_form is not one of the allowed symbols (CMS1500 or UB04)",
    ),
    ("event_time", ["null", MICROSECONDS], "event_time is not a date and time"),
    ("frequency_code", ["null", "string"], "frequency_code is not text"),
    ("lines.units", ["null", "double"], "lines[0].units is not a number"),
    ("lines.line_number", ["null", "int"], "lines[0].line_number is not a whole number"),
    ("crossover", ["null", "boolean"], "crossover is not true or false"),
]


@pytest.mark.parametrize(("path", "kind", "problem"), NULLS)
def test_a_null_inside_names_theat(path: str, kind: Any, problem: str) -> None:
    schema, value = typed(path, kind), one_line(path, lambda _: None)
    with pytest.raises(ContractViolation) as caught:
        read_as(schema, value)
    assert caught.value.message == problem


def test_a_null_in_a_list_names_its_place() -> None:
    schema = claim_schema()
    field_of(schema, "diagnosis_codes")["type"]["items"] = ["null", "string"]
    with pytest.raises(ContractViolation, match=r"^diagnosis_codes\[1\] is not text$"):
        read_as(schema, VALUE | {"diagnosis_codes": ["C50911", None]})


VALUES: dict[str, tuple[str, Any, Any, str]] = {
    "a symbol that is none": ("claim_form", "string", "SECRET", "claim_form is not one of"),
    "a symbol in lower case": ("line_of_business", "string", "medi_cal", "line_of_business is not"),
    "an American date": ("statement_from", "string", "12/03/2024", "statement_from is not a date"),
    "a date without hyphens": ("statement_from", "string", "20241203", "statement_from is not"),
    "a date that is none": ("statement_from", "string", "2024-02-30", "statement_from is not"),
    "a date in other digits": (
        "statement_from",
        "string",
        "\uff12024-12-03",
        "statement_from is not",
    ),
    "a time without offset": ("event_time", "string", "2024-12-05T08:30:00", "no offset"),
    "a time with an offset": (
        "lines.start_time",
        ["null", "string"],
        "2024-12-03T10:00:00Z",
        "lines[0].start_time has an offset",
    ),
    "a number of seconds": ("event_time", "string", "1733387400", "event_time is not a date"),
    "a double of three decimals": ("lines.charge_amount", "double", 1.255, "decimal places"),
    "a third decimal": ("lines.charge_amount", decimal(3, 20), Decimal("1.255"), "decimal places"),
    "eleven digits before the point": (
        "lines.charge_amount",
        decimal(2, 20),
        Decimal("12345678901.00"),
        "more digits before the point",
    ),
    "a double that is not exact": ("lines.charge_amount", "double", 0.1 + 0.2, "more digits"),
    "a float that is not exact": ("lines.charge_amount", "float", 125.55, "more digits"),
    "an infinite double": ("lines.charge_amount", "double", float("inf"), "not a finite amount"),
    "no number": ("lines.charge_amount", "double", float("nan"), "not a finite amount"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_another_meaning_is_a_violation(name: str) -> None:
    path, kind, given, problem = VALUES[name]
    schema, value = typed(path, kind), one_line(path, lambda _: given)
    with pytest.raises(ContractViolation) as caught:
        read_as(schema, value)
    assert problem in caught.value.message
    assert "SECRET" not in caught.value.message


REFUSED: dict[str, tuple[str, Any]] = {
    "a long for an int": ("lines.line_number", "long"),
    "a nullable long for an int": ("lines.line_number", ["null", "long"]),
    "longs for ints": ("lines.diagnosis_pointers", {"type": "array", "items": "long"}),
    "text for a number": ("lines.units", "string"),
    "text for an amount": ("lines.charge_amount", ["null", "string"]),
    "an int for an amount": ("lines.charge_amount", "int"),
    "a number for text": ("claim_id", "long"),
    "a boolean for an enum": ("claim_form", "boolean"),
    "an int for an enum": ("claim_form", "int"),
    "text for a boolean": ("crossover", "string"),
    "a decimal for a double": ("lines.units", decimal(2, 12)),
    "a decimal for text": ("claim_id", decimal(2, 12)),
    "an instant for a wall clock": ("lines.start_time", ["null", MICROSECONDS]),
    "a wall clock for an instant": (
        "event_time",
        {"type": "long", "logicalType": "local-timestamp-micros"},
    ),
    "an instant for a date": ("statement_from", MICROSECONDS),
    "a date for an instant": ("event_time", {"type": "int", "logicalType": "date"}),
    "a time of day for an instant": ("event_time", {"type": "long", "logicalType": "time-micros"}),
    "a time of day for a date": ("statement_from", {"type": "int", "logicalType": "time-millis"}),
    "an instant for a number": ("lines.units", MICROSECONDS),
    "a double for a date": ("statement_from", "double"),
    "an array for text": ("claim_id", {"type": "array", "items": "string"}),
    "null and nothing else": ("claim_id", "null"),
    "a union of null alone": ("claim_id", ["null"]),
    "a decimal of a million digits": ("lines.charge_amount", decimal(2, 1_000_000)),
}


def _all_nullable(schema: Json, is_so: bool) -> Json:
    """The schema with its lines and attachments as Flink writes them: nullable, also each item."""
    for name in ("lines", "attachments") if is_so else ():
        array = field_of(schema, name)["type"]
        array["items"] = ["null", array["items"]]
        field_of(schema, name).update(type=["null", array], default=None)
    return schema


@pytest.mark.parametrize("is_nullable", [False, True])
@pytest.mark.parametrize("name", REFUSED)
def test_another_type_is_a_wrong_schema_that_names_the_field(name: str, is_nullable: bool) -> None:
    path, kind = REFUSED[name]
    schema = _all_nullable(typed(path, kind), is_nullable)
    with pytest.raises(WrongSchema) as caught:
        ClaimReader(OneSchema(schema)).decode(frame_head(9) + b"\x00" * 50)
    assert caught.value.message.startswith(f"{path} ")


@pytest.mark.parametrize("is_nullable", [False, True])
@pytest.mark.parametrize("path", ["claim_id", "lines.units", "attachments.kind"])
def test_a_missing_field_is_named(path: str, is_nullable: bool) -> None:
    schema = claim_schema()
    # A name in upper case is another name, as ksqlDB writes it unquoted.
    at(schema, path)["name"] = path.rpartition(".")[2].upper()
    schema = _all_nullable(schema, is_nullable)
    with pytest.raises(WrongSchema, match=f"^the writer's schema has no {path}$"):
        ClaimReader(OneSchema(schema)).decode(frame_head(9) + b"\x00" * 50)


def test_a_branch_that_ours_does_not_allow_is_named_where_data_uses_it() -> None:
    schema = claim_schema()
    field_of(schema, "member_id")["type"] = ["string", "long"]
    assert read_as(schema, VALUE) == CLAIM
    with pytest.raises(ContractViolation, match=r"^member_id has a value"):
        read_as(schema, VALUE | {"member_id": 7})


def test_of_two_types_that_do_not_fit_none_is_named() -> None:
    schema = typed("lines", ["string", {"type": "array", "items": "string"}])
    with pytest.raises(WrongSchema, match=r"^lines has another type than ours$"):
        ClaimReader(OneSchema(schema)).decode(frame_head(9) + b"\x00" * 50)
