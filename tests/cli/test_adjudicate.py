"""`stream-edits adjudicate`: files and standard input, good lines and bad."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import fastavro
import pytest

from stream_edits.codec.jsonl import claim_to_json
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.synthetic.generator import generate
from tests.build import infusion

CLAIMS = 10_000


def adjudicate(
    *arguments: str, stdin: bytes | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "stream_edits", "adjudicate", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=100, env=env)


def decisions(run: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.stdout.splitlines()]


def written(folder: Path, lines: Iterable[str], name: str = "claims.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return file


@pytest.fixture(scope="module")
def claims() -> list[ClaimEvent]:
    made = list(generate(7, CLAIMS))
    assert len(made) >= CLAIMS
    return made


def test_ten_thousand_claims_from_a_file_and_from_stdin(
    claims: list[ClaimEvent], tmp_path: Path
) -> None:
    file = written(tmp_path, map(claim_to_json, claims))
    from_file = adjudicate(str(file))
    from_stdin = adjudicate("-", stdin=file.read_bytes())
    assert from_file.returncode == from_stdin.returncode == 0
    for run in (from_file, from_stdin):
        (summary,) = run.stderr.decode().splitlines()
        assert summary.startswith(f"read {len(claims):,} claims and reviews, ")
        assert ", 0 refused, " in summary
    decided = decisions(from_file)
    assert {d["claim_id"] for d in decided} == {c.claim_id for c in claims}
    assert {d["source_topic"] for d in decided} == {"claims.jsonl"}
    assert [{**d, "source_topic": "-"} for d in decided] == decisions(from_stdin)
    numbers = [(d["claim_id"], d["revision"]) for d in decided if d["applicable"]]
    assert len(set(numbers)) == len(numbers)
    for claim_id, revision in numbers:
        assert revision == 1 or (claim_id, revision - 1) in set(numbers[:CLAIMS]) | set(numbers)


def test_an_event_that_is_known_is_counted(tmp_path: Path) -> None:
    claim = infusion("A", "M1", "09:00-10:00")
    again = replace(claim, frequency_code="7", replaces_claim_id="B")
    once = adjudicate(str(written(tmp_path, [claim_to_json(claim)])))
    assert "known already" not in once.stderr.decode()
    twice = adjudicate(str(written(tmp_path, map(claim_to_json, [claim, again, claim]))))
    assert len(decisions(twice)) == 1
    assert ", 2 known already, 0 refused, " in twice.stderr.decode()


def test_an_avro_container_gives_the_same_decisions(
    claims: list[ClaimEvent], tmp_path: Path
) -> None:
    some = claims[:500]
    container = tmp_path / "claims.avro"
    schema = fastavro.parse_schema(json.loads(schema_of(CLAIM_EVENT).text))
    with container.open("wb") as opened:
        fastavro.writer(opened, schema, [asdict(claim) for claim in some], codec="deflate")
    file = written(tmp_path, map(claim_to_json, some))
    from_avro, from_json = adjudicate(str(container)), adjudicate(str(file))
    assert from_avro.returncode == 0, from_avro.stderr
    renamed = [{**d, "source_topic": "claims.avro"} for d in decisions(from_json)]
    assert decisions(from_avro) == renamed
    assert len(renamed) >= 400


def test_bad_lines_are_named_on_stderr_and_the_good_ones_decided(
    claims: list[ClaimEvent], tmp_path: Path
) -> None:
    good = json.loads(claim_to_json(claims[0]))
    lines = [
        json.dumps(good),
        "{not json",
        "",
        json.dumps({**good, "claim_id": "second", "lines": []}),
        json.dumps({**good, "claim_id": "third", "shoe_size": 44}),
        json.dumps({**good, "claim_id": "fourth", "event_id": "another"}),
        "[]",
    ]
    run = adjudicate(str(written(tmp_path, lines)))
    assert run.returncode == 3
    assert [d["claim_id"] for d in decisions(run)] == [good["claim_id"], "fourth"]
    assert [d["source_offset"] for d in decisions(run)] == [1, 6]
    complaints = run.stderr.decode().splitlines()
    places = [line.split(":")[0] for line in complaints[:-1]]
    assert places == ["line 2", "line 4", "line 5", "line 7"]
    assert complaints[-1].startswith("read 6 claims and reviews, 2 decisions (")
    assert ", 4 refused, " in complaints[-1]
    assert "shoe_size" not in run.stderr.decode()
    assert good["member_id"] not in run.stderr.decode()


@pytest.mark.parametrize("form", ["json", "table"])
def test_an_empty_file_has_no_decisions(form: str, tmp_path: Path) -> None:
    run = adjudicate("--format", form, str(written(tmp_path, [])))
    assert run.returncode == 0
    assert b"claims.jsonl: the file is empty" in run.stderr
    assert (run.stdout == b"") is (form == "json")


def test_a_table_is_for_people(claims: list[ClaimEvent], tmp_path: Path) -> None:
    run = adjudicate("--format", "table", str(written(tmp_path, map(claim_to_json, claims[:60]))))
    assert run.returncode == 0, run.stderr
    text = run.stdout.decode()
    assert "6.21-P IV.B" in text
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b[" not in text


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("STREAM_EDITS_ROLLUP", "mild", "STREAM_EDITS_ROLLUP"),
        ("STREAM_EDITS_ROLLUPS", "strict", "STREAM_EDITS_ROLLUPS"),
        ("STREAM_EDITS_POLICY", "overlay.yaml", "overlay.yaml:4"),
    ],
)
def test_a_bad_setting_or_policy_stops_the_start_with_one_line(
    variable: str, value: str, expected: str, tmp_path: Path
) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        "edits:\n  units-over-maximum:\n    maximum_units:\n      2025-01-01: {valu: 3}\n"
    )
    value = str(overlay) if value == "overlay.yaml" else value
    run = adjudicate("-", stdin=b"", env={variable: value, "PATH": ""})
    assert run.returncode == 2
    assert run.stdout == b""
    complaint = run.stderr.decode().splitlines()
    assert len(complaint) == 1
    assert expected in complaint[0]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    run = adjudicate(str(tmp_path / "nothing.jsonl"))
    assert run.returncode == 2
    assert b"does not exist" in run.stderr
