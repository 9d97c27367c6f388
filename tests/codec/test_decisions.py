"""Decisions: framed Avro both ways, and the JSON line."""

import json
import math
from typing import Any

import pytest
from hypothesis import given

from stream_edits.codec.decisions import decision_encoder, decision_to_json
from stream_edits.codec.errors import WrongSchema
from stream_edits.codec.framing import schema_id
from stream_edits.domain.decision import ClaimDecision, Disposition
from tests.codec.examples import DECISION
from tests.codec.oracle import body, oracle_read, oracle_write
from tests.codec.whole import Codec
from tests.schemas.test_contract import FIELDS
from tests.strategies import decisions

CODEC = Codec()


def _wire(decision: ClaimDecision) -> dict[str, Any]:
    wire = decision._asdict()
    source = wire.pop("source")
    del wire["monitored"]
    wire["lines"] = [line._asdict() for line in decision.lines]
    wire["findings"] = [finding._asdict() for finding in decision.findings]
    return wire | {f"source_{name}": value for name, value in source._asdict().items()}


@given(decisions)
def test_a_decision_comes_back_as_it_went(decision: ClaimDecision) -> None:
    assert CODEC.decode_decision(CODEC.encode_decision(decision)) == decision


@given(decisions)
def test_fastavro_writes_and_reads_the_same(decision: ClaimDecision) -> None:
    framed = CODEC.encode_decision(decision)
    assert oracle_write("ClaimDecision", _wire(decision)) == body(framed)
    lists = {"encounter_keys": list(decision.encounter_keys)}
    read = oracle_read(framed)
    assert read.keys() == _wire(decision).keys()
    assert read | lists == read
    assert read["decided_at"] == decision.decided_at


def test_dispositions_come_back_as_themselves() -> None:
    decision = CODEC.decode_decision(CODEC.encode_decision(DECISION))
    assert decision.disposition is Disposition.PEND
    assert decision.lines[1].disposition is Disposition.DENY


def test_the_id_is_the_one_that_the_topic_s_subject_has() -> None:
    assert schema_id(decision_encoder(4711)(DECISION)) == 4711


def test_a_claim_s_schema_is_not_a_decision_s() -> None:
    with pytest.raises(WrongSchema, match="ClaimDecision"):
        CODEC.decode_decision(b"\x00\x00\x00\x00\x01")


def test_the_json_has_the_contract_s_names_in_its_order() -> None:
    parsed = json.loads(decision_to_json(DECISION))
    assert list(parsed) == FIELDS["ClaimDecision"].split()
    assert list(parsed["lines"][0]) == FIELDS["LineOutcome"].split()
    assert list(parsed["findings"][0]) == FIELDS["EditFinding"].split()


def test_the_json_s_values() -> None:
    text = decision_to_json(DECISION)
    parsed = json.loads(text)
    assert "\n" not in text
    assert parsed["decided_at"] == "2024-12-05T08:30:00.123+00:00"
    assert parsed["disposition"] == "PEND"
    assert parsed["lines"][0]["billed_units"] == 1.5
    assert parsed["lines"][1]["pricing"] == "BY_REPORT"
    assert (parsed["source_topic"], parsed["source_partition"], parsed["source_offset"]) == (
        "claims.events",
        3,
        42,
    )


@pytest.mark.parametrize("units", [math.inf, -math.inf, math.nan])
def test_units_that_are_not_finite_are_null(units: float) -> None:
    line = DECISION.lines[0]._replace(billed_units=units)
    finding = DECISION.findings[0]._replace(allowed_units=units)
    parsed = json.loads(decision_to_json(DECISION._replace(lines=(line,), findings=(finding,))))
    assert parsed["lines"][0]["billed_units"] is None
    assert parsed["findings"][0]["allowed_units"] is None


@given(decisions)
def test_every_decision_is_one_line_of_strict_json(decision: ClaimDecision) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    parsed = json.loads(decision_to_json(decision), parse_constant=refuse)
    assert parsed["claim_id"] == decision.claim_id
