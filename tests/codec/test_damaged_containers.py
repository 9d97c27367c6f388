"""Container files with records that cannot be read, and with blocks that are damaged."""

import io
import json
import tracemalloc
from dataclasses import asdict, replace
from typing import Any

import fastavro
import pytest

from stream_edits.codec.container import read_events_container
from stream_edits.codec.jsonl import BadLine
from stream_edits.codec.schemas import schema_of
from stream_edits.domain.claim import ClaimEvent
from tests.codec.examples import CLAIM

CLAIMS = [replace(CLAIM, claim_id=f"claim-{number:02}") for number in range(1, 13)]
# Claims in a block, in the files below.
EACH = 3
NUMBERS = list(range(1, len(CLAIMS) + 1))


def _schema(**types: Any) -> dict[str, Any]:
    schema = json.loads(schema_of("ClaimEvent").text)
    for field in schema["fields"]:
        if field["name"] in types:
            field["type"] = types[field["name"]]
    return dict(schema)


def _file(schema: Any, values: list[dict[str, Any]], codec: str = "null") -> bytes:
    """A file with blocks of so many records."""
    file = io.BytesIO()
    out = fastavro.write.Writer(file, schema, codec=codec, sync_interval=1 << 20)
    for number, value in enumerate(values, start=1):
        out.write(value)
        if number % EACH == 0:
            out.flush()
    out.flush()
    return file.getvalue()


def _whole(codec: str = "null") -> bytes:
    return _file(_schema(), [asdict(claim) for claim in CLAIMS], codec)


def _blocks(data: bytes) -> list[int]:
    """Where the blocks begin, and the end."""
    marker, found, at = data[-16:], [], 0
    while (at := data.find(marker, at)) >= 0:
        at += 16
        found.append(at)
    return found


def _read(data: bytes) -> tuple[list[int], list[BadLine]]:
    """The numbers of the claims that were read, each the right one, and the rest."""
    read = list(read_events_container(io.BytesIO(data)))
    claims = [(number, each) for number, each in read if isinstance(each, ClaimEvent)]
    for number, claim in claims:
        assert claim.claim_id == CLAIMS[number - 1].claim_id
    return [number for number, _ in claims], [x for _, x in read if isinstance(x, BadLine)]


@pytest.mark.parametrize(
    ("field", "kind", "convert", "bad", "error"),
    [
        ("place_of_service", ["null", "bytes"], lambda x: x.encode(), b"\xe9", "MalformedAvro"),
        ("statement_from", "int", lambda x: x.toordinal() - 719163, 99_999_999, "MalformedAvro"),
        (
            "claim_form",
            {"type": "enum", "name": "F", "symbols": ["CMS1500", "UB04", "DENTAL"]},
            str,
            "DENTAL",
            "ContractViolation",
        ),
    ],
)
def test_each_bad_value_refuses_its_record_only(
    field: str, kind: Any, convert: Any, bad: Any, error: str
) -> None:
    values = [asdict(each) | {field: convert(getattr(CLAIM, field))} for each in CLAIMS]
    for number in (2, 3, 12):
        values[number - 1][field] = bad
    good, refused = _read(_file(_schema(**{field: kind}), values))
    assert good == [number for number in NUMBERS if number not in (2, 3, 12)]
    assert [(x.line_number, x.error_class, x.records) for x in refused] == [
        (number, error, 1) for number in (2, 3, 12)
    ]


def _with(data: bytes, at: int, other: bytes) -> bytes:
    return data[:at] + other + data[at + len(other) :]


SECOND = [number for number in NUMBERS if not 4 <= number <= 6]
WHOLE_BLOCK = "a block is damaged; 3 records were not read"


@pytest.mark.parametrize("codec", ["deflate", "bzip2", "xz"])
def test_a_block_that_cannot_be_unpacked_costs_no_other(codec: str) -> None:
    data = _whole(codec)
    at = _blocks(data)[1] + 8
    good, refused = _read(_with(data, at, bytes(byte ^ 255 for byte in data[at : at + 30])))
    assert good == SECOND
    assert refused == [BadLine(4, "MalformedContainer", WHOLE_BLOCK, 3)]


def test_a_block_of_a_wrong_size_costs_no_other() -> None:
    data = _whole()
    start = _blocks(data)[1]
    # After the count of one byte. The second stands for more bytes than there are.
    for size in (b"\x02", b"\xfe\xff\xff\xff\xff\x1f", b"\x01"):
        good, refused = _read(_with(data, start + 1, size))
        assert good == SECOND
        assert [(x.line_number, x.records, x.message) for x in refused] == [(4, 3, WHOLE_BLOCK)]


def test_the_rest_of_a_block_whose_records_have_no_end_is_not_read() -> None:
    data = _whole()
    # The length of the fifth claim's id: nothing shows where the claim ends.
    good, refused = _read(_with(data, data.index(b"claim-05") - 1, b"\x01"))
    assert good == [1, 2, 3, 4, *range(7, 13)]
    message = "a block is damaged from here on; 2 records were not read"
    assert refused == [BadLine(5, "MalformedContainer", message, 2)]


@pytest.mark.parametrize(("count", "good"), [(b"\x02", 4), (b"\x08", 6)])
def test_a_block_with_another_count_of_records(count: bytes, good: int) -> None:
    data = _whole()
    read = list(read_events_container(io.BytesIO(_with(data, _blocks(data)[1], count))))
    claims = [each.claim_id for _, each in read if isinstance(each, ClaimEvent)]
    assert claims == [each.claim_id for each in (*CLAIMS[:good], *CLAIMS[6:])]
    (refused,) = [each for _, each in read if isinstance(each, BadLine)]
    assert (refused.line_number, refused.error_class) == (good + 1, "MalformedContainer")


def test_a_damaged_marker_costs_the_blocks_beside_it() -> None:
    data = _whole()
    good, refused = _read(_with(data, _blocks(data)[2] - 5, b"?"))
    assert good == [1, 2, 3, 10, 11, 12]
    message = "a block is damaged; 6 records were not read"
    assert refused == [BadLine(4, "MalformedContainer", message, 6)]


def test_a_file_that_is_cut_off() -> None:
    data = _whole()
    for end in (*range(_blocks(data)[2] + 3, len(data), 97), len(data) - 1):
        good, refused = _read(data[:end])
        assert good == NUMBERS[: len(good)]
        if end in _blocks(data):
            continue
        message = "the file ends within a block; 3 records were not read"
        assert refused == [BadLine(len(good) + 1, "MalformedContainer", message, 3)]


def test_a_size_that_cannot_be_takes_no_memory() -> None:
    data = _whole()
    at = _blocks(data)[-2]
    data = data[:at] + b"\x06" + b"\xfe\xff\xff\xff\xff\xff\x1f" + bytes(1 << 20)
    tracemalloc.start()
    good, refused = _read(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (good, [x.records for x in refused]) == (NUMBERS[:-EACH], [EACH])
    assert most < 16 << 20
