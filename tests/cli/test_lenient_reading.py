"""`adjudicate` is lenient in form and strict in meaning: padding, other writers, bad claims."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fastavro
import pytest

from stream_edits.codec.jsonl import claim_to_json
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.synthetic.generator import generate
from tests.build import claim, line
from tests.cli.test_adjudicate import adjudicate, written
from tests.codec.derived_schemas import WRITERS, Derived
from tests.codec.test_coded_fields import padded

CLAIMS = list(generate(11, 200))


def on_stdin(*claims: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in claims)


def test_padded_claims_get_the_same_decisions_byte_for_byte(tmp_path: Path) -> None:
    clean = adjudicate("-", stdin=written(tmp_path, map(claim_to_json, CLAIMS)).read_bytes())
    blanked = [claim_to_json(padded(each, " ")) for each in CLAIMS]
    assert blanked != [claim_to_json(each) for each in CLAIMS]
    again = adjudicate("-", stdin=written(tmp_path, blanked).read_bytes())
    assert clean.returncode == again.returncode == 0
    assert clean.stdout.count(b"\n") >= len(CLAIMS)
    assert again.stdout == clean.stdout


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
def test_a_container_of_another_writer_gets_the_same_decisions(
    writer: Derived, tmp_path: Path
) -> None:
    decided = []
    for name, schema, values in (
        ("ours", None, map(claim_to_json, CLAIMS)),
        ("theirs", writer.schema(), map(writer.value, CLAIMS)),
    ):
        file = tmp_path / name / "claims"
        file.parent.mkdir()
        if schema is None:
            file.write_text("\n".join(str(each) for each in values), "utf-8")
        else:
            with file.open("wb") as opened:
                fastavro.writer(opened, fastavro.parse_schema(schema), values)
        run = adjudicate(str(file))
        assert run.returncode == 0, run.stderr
        decided.append(run.stdout)
    assert decided[0] == decided[1]


def _json(event: ClaimEvent, **changes: Any) -> dict[str, Any]:
    return {**json.loads(claim_to_json(event)), **changes}


GOOD = claim("A", line("96365"))
BAD = [
    ({"member_id": ""}, "member_id is blank"),
    ({"claim_id": " \u3000"}, "claim_id is blank"),
    ({"event_id": "E\u0085"}, "event_id has a control character"),
    ({"event_time": "2999-12-31T00:00:00Z"}, "event_time is more than a day after"),
    ({"line_of_business": None}, "line_of_business is missing"),
]


@pytest.mark.parametrize(("change", "problem"), BAD)
def test_a_bad_claim_is_named_and_the_others_are_decided(
    change: dict[str, Any], problem: str
) -> None:
    lines = on_stdin(_json(GOOD), _json(GOOD, **{"event_id": "2", "claim_id": "B", **change}))
    run = adjudicate("-", stdin=lines + on_stdin(_json(GOOD, claim_id="C", event_id="3")))
    assert run.returncode == 3
    assert [json.loads(row)["claim_id"] for row in run.stdout.splitlines()] == ["A", "C"]
    assert run.stderr.decode().startswith(f"line 2: ContractViolation: {problem}")


def test_a_line_of_business_left_out_is_refused_in_json_and_other_in_avro(tmp_path: Path) -> None:
    said = _json(GOOD)
    del said["line_of_business"]
    run = adjudicate("-", stdin=on_stdin(said))
    assert (run.returncode, run.stdout) == (3, b"")
    schema = WRITERS[0].schema()
    schema["fields"] = [each for each in schema["fields"] if each["name"] != "line_of_business"]
    file = tmp_path / "claims.avro"
    with file.open("wb") as opened:
        fastavro.writer(opened, fastavro.parse_schema(schema), [WRITERS[0].value(GOOD)])
    run = adjudicate(str(file))
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["line_of_business"] == "OTHER"


def test_the_clock_of_the_run_is_the_time_of_every_line() -> None:
    now = datetime.now(UTC)
    near, far = (now + timedelta(hours=hours) for hours in (23, 25))
    run = adjudicate(
        "-",
        stdin=on_stdin(
            _json(GOOD, event_time=near.isoformat()),
            _json(GOOD, event_time=far.isoformat(), claim_id="B"),
        ),
    )
    assert run.returncode == 3
    assert [json.loads(row)["claim_id"] for row in run.stdout.splitlines()] == ["A"]


def test_a_bad_claim_in_a_container_does_not_end_the_reading(tmp_path: Path) -> None:
    writer = WRITERS[0]
    values = [writer.value(GOOD), {**writer.value(GOOD), "member_id": ""}, writer.value(GOOD)]
    file = tmp_path / "claims.avro"
    with file.open("wb") as opened:
        fastavro.writer(opened, fastavro.parse_schema(writer.schema()), values)
    run = adjudicate(str(file))
    assert run.returncode == 3
    assert b"line 2: ContractViolation: member_id is blank" in run.stderr
    assert asdict(GOOD)["claim_id"].encode() in run.stdout


@pytest.mark.parametrize(
    ("most", "summary"),
    [
        ("100", "read 8 claims and reviews, 4 decisions (4 PASS, 0 PEND, 0 DENY), 4 refused"),
        ("3", "read 6 claims and reviews, 2 decisions (2 PASS, 0 PEND, 0 DENY), 4 refused"),
    ],
)
def test_records_of_a_container_that_cannot_be_read_count_one_by_one(
    most: str, summary: str, tmp_path: Path
) -> None:
    schema = json.loads(schema_of(CLAIM_EVENT).text)
    file = tmp_path / "claims.avro"
    with file.open("wb") as opened:
        out = fastavro.write.Writer(opened, schema, codec="deflate")
        for number in range(8):
            of = str(number)
            out.write(asdict(replace(GOOD, event_id=of, claim_id=of, member_id=of)))
            if number in (1, 5):
                out.flush()
        out.flush()
    data = file.read_bytes()
    second = data.index(data[-16:], data.index(data[-16:]) + 16) + 16 + 8
    broken = bytes(byte ^ 255 for byte in data[second : second + 30])
    file.write_bytes(data[:second] + broken + data[second + 30 :])
    run = adjudicate(str(file), "--max-errors", most)
    assert run.returncode == 3
    fault, *_, end = run.stderr.decode().splitlines()
    assert fault == "line 3: MalformedContainer: a block is damaged; 4 records were not read"
    assert end.startswith(summary)
    assert [json.loads(row)["claim_id"] for row in run.stdout.splitlines()][:2] == ["0", "1"]
