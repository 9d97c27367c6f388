"""Claims: framed Avro to the domain and back, with fastavro as the reference."""

from dataclasses import asdict, fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.errors import ContractViolation, UnknownSchema, WrongSchema
from stream_edits.codec.framing import frame_head
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.codec.violations import claim_of
from stream_edits.domain.claim import ClaimEvent, ServiceLine
from tests.codec.examples import CLAIM, DECISION, LINE
from tests.codec.oracle import body, oracle_read, oracle_write
from tests.codec.whole import Codec
from tests.strategies import claims

CODEC = Codec()
encode = claim_encoder(5)


@given(claims)
def test_a_claim_comes_back_as_it_went(claim: ClaimEvent) -> None:
    framed = encode(claim)
    assert CODEC.decode_claim(framed) == claim
    assert encode(CODEC.decode_claim(framed)) == framed


@given(claims)
def test_a_claim_read_is_as_one_that_was_made(claim: ClaimEvent) -> None:
    read = CODEC.decode_claim(encode(claim))
    assert claim_to_json(read) == claim_to_json(claim)
    assert replace(read, claim_id="x").claim_id == "x"
    assert [*vars(read.lines[0])] == [field.name for field in fields(ServiceLine)]


def _padded_by_fastavro(amount: Decimal | None) -> bool:
    """fastavro writes -128, -32768, … with one leading byte too many, which reads the same."""
    if amount is None or amount >= 0:
        return False
    below_zero = -int(amount.scaleb(-int(amount.as_tuple().exponent)))
    return below_zero.bit_count() == 1 and below_zero.bit_length() % 8 == 0


@given(claims)
def test_fastavro_writes_the_same_bytes(claim: ClaimEvent) -> None:
    amounts = [a for x in claim.lines for a in (x.charge_amount, x.drug_unit_price)]
    assume(not any(map(_padded_by_fastavro, amounts)))
    assert oracle_write("ClaimEvent", asdict(claim)) == body(encode(claim))


@given(claims)
def test_fastavro_reads_the_same_values(claim: ClaimEvent) -> None:
    assert claim_of(oracle_read(encode(claim))) == claim


def test_amounts_keep_their_places() -> None:
    line = CODEC.decode_claim(encode(CLAIM)).lines[0]
    assert str(line.charge_amount) == "-125.50"
    assert str(line.drug_unit_price) == "52.1234"


def test_more_dates_than_the_reader_remembers() -> None:
    days = [date.fromordinal(date(1991, 12, 1).toordinal() + n) for n in range(5000)]
    lines = tuple(replace(LINE, service_date=day) for day in days)
    claim = replace(CLAIM, lines=lines)
    for _ in range(2):
        assert [line.service_date for line in CODEC.decode_claim(encode(claim)).lines] == days


def test_an_unknown_schema_id_is_the_data_s_fault() -> None:
    with pytest.raises(UnknownSchema):
        CODEC.decode_claim(frame_head(77))


def test_another_record_is_not_a_claim() -> None:
    framed = CODEC.encode_decision(DECISION)
    for _ in range(2):
        with pytest.raises(WrongSchema, match=r"no lines\.units"):
            CODEC.decode_claim(framed)


def test_a_violation_names_the_place_and_the_kind_but_no_value() -> None:
    claim = replace(CLAIM, lines=())
    with pytest.raises(ContractViolation) as caught:
        CODEC.decode_claim(encode(claim))
    assert caught.value.message == "lines has no entries"


def test_a_decimal_of_twelve_digits_passes() -> None:
    line = replace(LINE, charge_amount=Decimal("-9999999999.99"))
    claim = replace(CLAIM, lines=(line,))
    assert CODEC.decode_claim(encode(claim)) == claim
