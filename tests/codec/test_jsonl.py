"""Claims as JSON lines."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.codec.jsonl import BadLine, claim_to_json, read_events_jsonl
from stream_edits.domain.claim import ClaimEvent, Supervision
from stream_edits.domain.review import ReviewEvent
from tests.codec.examples import CLAIM
from tests.strategies import claims

Json = dict[str, Any]
TEXT = claim_to_json(CLAIM).encode()


def _one(line: bytes) -> ClaimEvent | BadLine:
    ((number, read),) = read_events_jsonl([line])
    assert number == 1
    assert not isinstance(read, ReviewEvent)
    return read


def _changed(change: Callable[[Json], object]) -> ClaimEvent | BadLine:
    claim = json.loads(TEXT)
    change(claim)
    return _one(json.dumps(claim).encode())


def _bad(change: Callable[[Json], object]) -> str:
    read = _changed(change)
    assert isinstance(read, BadLine)
    return f"{read.error_class}: {read.message}"


@given(claims)
def test_a_claim_comes_back_as_it_went(claim: ClaimEvent) -> None:
    assert _one(claim_to_json(claim).encode()) == claim


def test_the_json_s_values() -> None:
    claim = json.loads(TEXT)
    assert claim["event_time"] == "2024-12-05T08:30:00.123+00:00"
    assert claim["statement_from"] == "2024-12-03"
    assert claim["claim_form"] == "UB04"
    line = claim["lines"][0]
    assert line["start_time"] == "2024-12-03T10:00:00"
    assert (line["charge_amount"], line["drug_unit_price"]) == (-125.5, 52.1234)


def test_lines_are_numbered_and_blank_ones_skipped() -> None:
    read = list(read_events_jsonl([b"\xef\xbb\xbf" + TEXT + b"\r\n", b"\n", b"  \n", b"{", TEXT]))
    assert [number for number, _ in read] == [1, 4, 5]
    assert read[0][1] == read[2][1] == CLAIM
    assert read[1][1] == BadLine(4, "MalformedJson", "not a JSON object")


def test_null_means_the_default() -> None:
    def change(claim: Json) -> None:
        claim |= {"frequency_code": None, "encounter_id": None, "crossover": None}
        claim["lines"][0] |= {"supervision": None, "modifiers": None, "unit_of_measure": None}
        claim["attachments"][0]["line_numbers"] = None

    claim = _changed(change)
    assert isinstance(claim, ClaimEvent)
    assert claim.frequency_code == "1"
    assert claim.crossover is False
    assert claim.lines[0].unit_of_measure == "UN"
    assert claim.lines[0].supervision is Supervision.NOT_STATED
    assert (claim.lines[0].modifiers, claim.attachments[0].line_numbers) == ((), ())


def test_null_is_not_a_value_of_a_required_field() -> None:
    assert (
        _bad(lambda claim: claim.update(claim_id=None)) == "ContractViolation: claim_id is not text"
    )


def test_what_is_unstated_is_told_with_the_rest() -> None:
    error = _bad(lambda claim: (claim.pop("line_of_business"), claim.update(claim_id=1, lines=[])))
    assert error == (
        "ContractViolation: line_of_business is missing; claim_id is not text; lines has no entries"
    )


def test_null_does_not_hide_an_unknown_field() -> None:
    error = _bad(lambda claim: claim.update(jane_doe=None, frequency_code=None))
    assert error == "ContractViolation: the claim has a field that the contract does not know"


VIOLATIONS: list[tuple[Callable[[Json], object], str]] = [
    (lambda c: c.pop("claim_id"), "claim_id is missing"),
    (lambda c: c.pop("line_of_business"), "line_of_business is missing"),
    (lambda c: c.update(line_of_business=None), "line_of_business is missing"),
    (lambda c: c.update(crossover="secret"), "crossover is not true or false"),
    (lambda c: c.update(crossover=1), "crossover is not true or false"),
    (lambda c: c.update(received_date="12/03/2024"), "received_date is not a date"),
    (lambda c: c.update(received_date="20241203"), "received_date is not a date"),
    (lambda c: c.update(received_date="2024-12-03T00:00:00"), "received_date is not a date"),
    (lambda c: c.update(lines=[]), "lines has no entries"),
    (lambda c: c["lines"][1].update(units="5 secret"), "lines[1].units is not a number"),
    (lambda c: c["lines"][1].update(units=True), "lines[1].units is not a number"),
    (lambda c: c["lines"][0].update(line_number=2**31), "above the range of a 32-bit number"),
    (lambda c: c["lines"][0].update(line_number=1.5), "line_number is not a whole number"),
    (lambda c: c["lines"][0].update(charge_amount=1.555), "more decimal places"),
    (lambda c: c["lines"][0].update(charge_amount=12345678901.5), "more digits before the point"),
    (lambda c: c["lines"][0].update(start_time="2024-12-03T10:00:00Z"), "an offset from UTC"),
    (lambda c: c["lines"][0].update(jane="doe"), "lines[0] has a field that the contract"),
    (lambda c: c.update(event_time="2024-12-03T10:00:00"), "event_time has no offset"),
    (lambda c: c.update(event_time=1733221234), "event_time is not a date and time"),
    (lambda c: c.update(event_time="0001-01-01T00:00:00+14:00"), "event_time"),
    (lambda c: c.update(statement_from="12/03/2024"), "statement_from is not a date"),
    (lambda c: c.update(claim_form="SECRET"), "claim_form is not one of the allowed symbols"),
    (lambda c: c.update(diagnosis_codes="C50"), "diagnosis_codes is not a list"),
    (lambda c: c.update(attachments=["secret"]), "attachments[0] is not an object"),
]


@pytest.mark.parametrize(("change", "problem"), VIOLATIONS)
def test_a_violation_names_place_and_kind_but_no_value(
    change: Callable[[Json], object], problem: str
) -> None:
    error = _bad(change)
    assert error.startswith("ContractViolation: ")
    assert problem in error
    assert "secret" not in error.lower()
    assert "jane" not in error


def test_many_violations_are_counted() -> None:
    error = _bad(lambda claim: claim.update(lines=[{}], claim_id=1, member_id=1))
    assert error == (
        "ContractViolation: claim_id is not text; member_id is not text; "
        "lines[0].line_number is missing; lines[0].procedure_code is missing; "
        "lines[0].units is missing; and 1 more"
    )


MALFORMED = {
    "not UTF-8": b'{"a": "\xff"}',
    "the same key twice": TEXT[:-1] + b', "claim_id": "other"}',
    "a nested key twice": TEXT.replace(b'"units"', b'"units": 1, "units"', 1),
    "too deep": b"[" * 100_000,
    "too deep in an object": TEXT[:-1] + b', "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "an array": b"[]",
    "a number": b"7",
    "null": b"null",
    "two objects": TEXT + TEXT,
    "a lone surrogate": TEXT.replace(b"claim-1", b"\\ud800"),
    "a number of 5000 digits": b'{"revision": ' + b"9" * 5000 + b"}",
    "UTF-16": TEXT.decode().encode("utf-16"),
}


@pytest.mark.parametrize("line", MALFORMED.values(), ids=MALFORMED)
def test_malformed_json(line: bytes) -> None:
    read = _one(line)
    assert isinstance(read, BadLine)
    assert read.error_class == "MalformedJson"


@given(st.binary(max_size=60), st.integers(0, len(TEXT)), st.integers(0, 8))
def test_whatever_the_line_it_is_a_claim_or_a_bad_line(junk: bytes, at: int, cut: int) -> None:
    for _, read in read_events_jsonl([junk, TEXT[:at] + junk + TEXT[at + cut :]]):
        assert isinstance(read, ClaimEvent | BadLine)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (b'{"claim_idd": "CANARY"}', "claim_idd, did you mean claim_id?"),
        (b'{"membr_id": "CANARY"}', "membr_id, did you mean member_id?"),
    ],
)
def test_a_misspelt_field_is_named_before_the_missing_ones(line: bytes, hint: str) -> None:
    ((_, bad),) = read_events_jsonl([line])
    assert isinstance(bad, BadLine)
    assert hint in bad.message
    assert "more" in bad.message
    assert "CANARY" not in bad.message
