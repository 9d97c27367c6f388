"""Reviews as JSON lines and in Avro container files."""

import io
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.codec.container import read_events_container
from stream_edits.codec.errors import ContractViolation
from stream_edits.codec.jsonl import (
    BadLine,
    claim_to_json,
    read_events_jsonl,
    review_from_json,
)
from stream_edits.codec.schemas import REVIEW_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from tests.codec.a_review import REVIEW
from tests.codec.examples import CLAIM
from tests.jsonl import review_to_json

Json = dict[str, Any]
TEXT = review_to_json(REVIEW).encode()


def _one(line: bytes) -> ClaimEvent | ReviewEvent | BadLine:
    ((_, read),) = read_events_jsonl([line])
    return read


def _changed(change: Callable[[Json], object]) -> ClaimEvent | ReviewEvent | BadLine:
    review = json.loads(TEXT)
    change(review)
    return _one(json.dumps(review).encode())


@given(
    st.sampled_from(ReviewOutcome),
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.floats(allow_nan=False),
    st.lists(st.sampled_from(["M15", "N115"])),
)
def test_a_review_comes_back_as_it_went(
    outcome: ReviewOutcome, line: int | None, units: float | None, rarcs: list[str]
) -> None:
    review = replace(
        REVIEW, outcome=outcome, line_number=line, allowed_units=units, rarcs=tuple(rarcs)
    )
    assert _one(review_to_json(review).encode()) == review


def test_claims_and_reviews_in_one_file() -> None:
    lines = [b"\xef\xbb\xbf" + TEXT, b"\n", claim_to_json(CLAIM).encode(), TEXT]
    assert list(read_events_jsonl(lines)) == [(1, REVIEW), (3, CLAIM), (4, REVIEW)]


def test_null_and_absent_mean_the_default() -> None:
    def change(review: Json) -> None:
        review["rarcs"] = None
        del review["carc"], review["line_number"]

    assert _changed(change) == replace(REVIEW, rarcs=(), carc=None, line_number=None)


def test_codes_are_made_clean() -> None:
    changed = _changed(lambda review: review.update(edit_id=" By-Report-Pricing ", carc=" 50 "))
    assert changed == REVIEW


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda r: r.pop("decision_id"), "decision_id is missing"),
        (lambda r: r.update(review_id=None), "review_id is not text"),
        (lambda r: r.update(outcome="approve"), "outcome is not one of the allowed symbols"),
        (lambda r: r.update(line_number=1.5), "line_number is not a whole number"),
        (lambda r: r.update(event_time="2024-12-06T09:15:00"), "event_time has no offset from UTC"),
        (lambda r: r.update(shoe_size=44), "has a field that the contract does not know"),
        (lambda r: r.update(rarcs="M15"), "rarcs is not a list"),
    ],
)
def test_a_bad_review_is_named_without_its_values(
    change: Callable[[Json], object], problem: str
) -> None:
    read = _changed(change)
    assert isinstance(read, BadLine)
    assert (read.error_class, problem in read.message) == ("ContractViolation", True), read
    assert "shoe_size" not in read.message
    assert "examiner" not in read.message


def test_a_key_twice_and_broken_json() -> None:
    twice = TEXT.replace(b"{", b'{"review_id": "another", ', 1)
    assert _one(twice) == BadLine(1, "MalformedJson", "an object has the same key twice")
    assert _one(TEXT[:-1]) == BadLine(1, "MalformedJson", "not a JSON object")


def test_fields_that_may_be_left_out() -> None:
    given_ = {"decision_id": "looked-up", "member_id": "found"}
    assert review_from_json(TEXT, given_) == REVIEW
    short = json.loads(TEXT)
    short |= {"decision_id": None, "rarcs": None}
    del short["member_id"]
    assert review_from_json(json.dumps(short).encode(), given_) == replace(
        REVIEW, decision_id="looked-up", member_id="found", rarcs=()
    )
    del short["claim_id"]
    with pytest.raises(ContractViolation, match="claim_id is missing"):
        review_from_json(json.dumps(short).encode(), given_)


def _container(schema: Json, *values: Json) -> io.BytesIO:
    file = io.BytesIO()
    fastavro.writer(file, fastavro.parse_schema(schema), values)
    file.seek(0)
    return file


def test_a_container_of_reviews() -> None:
    schema = json.loads(schema_of(REVIEW_EVENT).text)
    file = _container(schema, asdict(REVIEW), asdict(replace(REVIEW, outcome=ReviewOutcome.DENY)))
    assert list(read_events_container(file)) == [
        (1, REVIEW),
        (2, replace(REVIEW, outcome=ReviewOutcome.DENY)),
    ]


def test_a_container_of_reviews_by_another_writer() -> None:
    schema = json.loads(schema_of(REVIEW_EVENT).text)
    schema |= {"name": "Reviews_value", "namespace": "somebody.elses"}
    (outcome,) = (field for field in schema["fields"] if field["name"] == "outcome")
    outcome["type"] = "string"
    good, bad = asdict(REVIEW), asdict(REVIEW) | {"outcome": "PERHAPS"}
    read = [event for _, event in read_events_container(_container(schema, good, bad, good))]
    assert (read[0], read[2]) == (REVIEW, REVIEW)
    assert isinstance(read[1], BadLine)
    assert read[1].error_class == "ContractViolation"


def test_a_container_of_reviews_that_lacks_a_field() -> None:
    schema = json.loads(schema_of(REVIEW_EVENT).text)
    schema["fields"] = [field for field in schema["fields"] if field["name"] != "reviewer"]
    (bad,) = (event for _, event in read_events_container(_container(schema, asdict(REVIEW))))
    assert isinstance(bad, BadLine)
    assert bad.error_class == "WrongSchema"
    assert "reviewer" in bad.message
