"""Schema evolution: what another version of the writer's schema wrote, read as ours."""

from dataclasses import asdict
from typing import Any

import pytest

from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.errors import ContractViolation
from stream_edits.codec.framing import frame_head
from stream_edits.domain.claim import LineOfBusiness, Supervision
from tests.codec.evolution import OneSchema, claim_schema, field_of, line_of, read, without
from tests.codec.examples import CLAIM
from tests.codec.oracle import write_with


def test_the_same_schema_in_other_words() -> None:
    schema = claim_schema()
    schema["doc"] = "Another doc."
    schema["namespace"] = "elsewhere"
    assert read(schema) == CLAIM


MORE: list[Any] = [
    "string",
    ["null", "string"],
    {"type": "array", "items": "string"},
    {"type": "map", "values": {"type": "array", "items": "long"}},
    {"type": "fixed", "name": "F", "size": 3},
    {"type": "enum", "name": "E", "symbols": ["A", "B"]},
    {"type": "record", "name": "R", "fields": [{"name": "n", "type": ["null", "double", "R2"]}]},
    {"type": "long", "logicalType": "timestamp-micros"},
    "boolean",
    "float",
]
VALUES: list[Any] = ["x", None, ["a"], {"k": [1, 2]}, b"abc", "B", {"n": 1.5}, 5, True, 0.5]
MORE[6]["fields"][0]["type"][2] = {
    "type": "record",
    "name": "R2",
    "fields": [{"name": "b", "type": "bytes"}],
}


@pytest.mark.parametrize(("kind", "value"), list(zip(MORE, VALUES, strict=True)))
def test_a_field_more_is_let_go(kind: Any, value: Any) -> None:
    schema = claim_schema()
    schema["fields"].insert(3, {"name": "more", "type": kind})
    line_of(schema)["fields"].append({"name": "more", "type": "string", "default": "d"})
    claim = asdict(CLAIM) | {"more": value}
    assert read(schema, claim) == CLAIM


def test_a_defaulted_field_less_has_our_default() -> None:
    schema = claim_schema()
    without(schema, "encounter_id", "frequency_code", "diagnosis_codes")
    without(line_of(schema), "supervision", "modifiers", "charge_amount")
    claim = read(schema)
    assert (claim.encounter_id, claim.frequency_code, claim.diagnosis_codes) == (None, "1", ())
    line = claim.lines[0]
    assert (line.supervision, line.modifiers, line.charge_amount) == (
        Supervision.NOT_STATED,
        (),
        None,
    )


def test_fields_in_another_order() -> None:
    schema = claim_schema()
    schema["fields"].reverse()
    # The first mention of an enum or record must still define it; ours are mentioned once.
    assert read(schema) == CLAIM


def test_a_field_without_null() -> None:
    schema = claim_schema()
    field_of(schema, "encounter_id").update(type="string", default="")
    assert read(schema) == CLAIM


def test_a_null_where_ours_has_none() -> None:
    schema = claim_schema()
    field_of(schema, "frequency_code").update(type=["null", "string"], default=None)
    assert read(schema) == CLAIM
    with pytest.raises(ContractViolation):
        read(schema, asdict(CLAIM) | {"frequency_code": None})


def test_a_symbol_more_becomes_the_default() -> None:
    schema = claim_schema()
    field_of(schema, "line_of_business")["type"]["symbols"].append("TRICARE")
    claim = read(schema, asdict(CLAIM) | {"line_of_business": "TRICARE"})
    assert claim.line_of_business is LineOfBusiness.OTHER


def test_a_symbol_more_without_default_is_a_violation() -> None:
    schema = claim_schema()
    field_of(schema, "claim_form")["type"]["symbols"].append("DENTAL")
    assert read(schema) == CLAIM
    with pytest.raises(ContractViolation):
        read(schema, asdict(CLAIM) | {"claim_form": "DENTAL"})


def test_numbers_are_promoted() -> None:
    schema = claim_schema()
    field_of(line_of(schema), "units")["type"] = "int"
    value = asdict(CLAIM)
    value["lines"] = [line | {"units": 2} for line in value["lines"]]
    assert [line.units for line in read(schema, value).lines] == [2.0, 2.0]


def test_finer_times_are_cut_to_milliseconds() -> None:
    schema = claim_schema()
    field_of(schema, "event_time")["type"]["logicalType"] = "timestamp-micros"
    field_of(line_of(schema), "start_time")["type"][1]["logicalType"] = "local-timestamp-micros"
    moment = CLAIM.event_time.replace(microsecond=123999)
    reader = ClaimReader(OneSchema(schema))
    framed = frame_head(9) + write_with(schema, asdict(CLAIM) | {"event_time": moment})
    assert reader.decode(framed) == CLAIM
