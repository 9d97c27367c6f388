"""Claims in Avro object container files."""

import io
import json
from dataclasses import asdict, replace
from typing import Any

import fastavro
import pytest

from stream_edits.codec.container import read_events_container
from stream_edits.codec.jsonl import BadLine
from stream_edits.codec.schemas import schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent
from tests.codec.examples import CLAIM

CLAIMS = [replace(CLAIM, claim_id=f"claim-{number}") for number in range(1, 6)]


def _file(claims: list[Any], *, more: bool = False, codec: str = "null") -> bytes:
    schema = json.loads(schema_of("ClaimEvent").text)
    if more:
        schema["fields"].append({"name": "more", "type": "string", "default": "x"})
    file = io.BytesIO()
    fastavro.writer(file, schema, claims, codec=codec, sync_interval=800)
    return file.getvalue()


def _read(data: bytes) -> list[tuple[int, ClaimEvent | BadLine]]:
    read = list(read_events_container(io.BytesIO(data)))
    return [(number, each) for number, each in read if not isinstance(each, ReviewEvent)]


def _dumped(claims: list[ClaimEvent]) -> list[Any]:
    return [asdict(claim) for claim in claims]


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
@pytest.mark.parametrize("more", [False, True])
def test_claims_come_back_as_they_went(codec: str, more: bool) -> None:
    data = _file(_dumped(CLAIMS), more=more, codec=codec)
    assert _read(data) == list(enumerate(CLAIMS, start=1))


def test_an_empty_file_of_claims() -> None:
    assert _read(_file([])) == []


@pytest.mark.parametrize("data", [b"", b"Obj\x01", b"Obj\x02xx", b"{}", b"Obj\x01" + b"\xff" * 40])
def test_what_is_not_a_container(data: bytes) -> None:
    ((number, read),) = _read(data)
    assert isinstance(read, BadLine)
    assert (number, read.error_class) == (1, "MalformedContainer")


def test_another_record() -> None:
    schema = json.loads(schema_of("MemberClaims").text)
    file = io.BytesIO()
    fastavro.writer(file, schema, [{"claims": []}])
    ((_, read),) = _read(file.getvalue())
    assert isinstance(read, BadLine)
    assert read.error_class == "WrongSchema"


def test_a_violation_does_not_stop_the_rest() -> None:
    broken = replace(CLAIM, lines=())
    read = _read(_file(_dumped([CLAIMS[0], broken, CLAIMS[1]])))
    assert read[1] == (2, BadLine(2, "ContractViolation", "lines has no entries"))
    assert [read[0][1], read[2][1]] == CLAIMS[:2]


def test_every_byte_changed_is_a_claim_or_a_bad_line() -> None:
    for codec in ("null", "deflate"):
        data = _file(_dumped(CLAIMS[:2]), codec=codec)
        for at in [*range(0, 40), *range(len(data) - 300, len(data), 7)]:
            for byte in (1, 255):
                for _, read in _read(data[:at] + bytes([byte]) + data[at + 1 :]):
                    assert isinstance(read, ClaimEvent | BadLine)
