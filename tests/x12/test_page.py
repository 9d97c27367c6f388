"""docs/feeds.md: its commands run, and its recipe for events of others is read."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pytest

from stream_edits.cli.root import cli
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.x12 import read_enrichment
from stream_edits.domain.claim import (
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "feeds.md").read_text("utf-8")
_FENCE = re.compile(r"(?:<!-- (?P<name>[^>]*?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.S)


def blocks(kind: str, name: str) -> list[tuple[str, str]]:
    found = [(x["name"] or "", x["text"]) for x in _FENCE.finditer(PAGE) if x["kind"] == kind]
    return [(of, text) for of, text in found if of.startswith(name)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("feeds")
    shutil.copytree(ROOT / "examples", made / "examples")
    for name, text in blocks("yaml", "file: "):
        (made / name.removeprefix("file: ")).write_text(text, "utf-8")
    return made


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    mine = {name: value for name, value in os.environ.items() if "STREAM_EDITS" not in name}
    path = f"{Path(sys.executable).parent}{os.pathsep}{mine['PATH']}"
    env = mine | {"PATH": path, "PYTHONPATH": str(ROOT)}
    shell = ["bash", "-euo", "pipefail", "-c", command]
    return subprocess.run(
        shell, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", timeout=60
    )


def test_the_commands_run_in_their_order(folder: Path) -> None:
    commands = [line for _, text in blocks("sh", "run") for line in text.splitlines()]
    done = [run(command, folder) for command in commands]
    assert [each.returncode for each in done] == [0, 0, 3, 0], [each.stderr for each in done]
    summary = (
        "files: 1; transactions: 2; claims: 4; refused: 0\n"
        "  warning, interchanges of test data (ISA15 T): 1\n"
    )
    assert done[0].stderr == summary
    assert done[3].stderr.startswith(summary)
    assert "VCH20250310000001" in done[1].stdout
    assert "25069000000101" in done[2].stdout
    assert "transaction 1, claim 3: RefusedClaim: no claim number (icn-file)" in done[2].stderr
    decisions = [json.loads(line) for line in done[3].stdout.splitlines()]
    assert {each["line_of_business"] for each in decisions} == {"MEDI_CAL"}
    assert [each["claim_id"] for each in decisions][:2] == ["RIC-25-0301", "RIC-25-0302"]


def test_every_option_on_the_page_exists() -> None:
    convert = cli.commands["convert"]
    known = {option for each in convert.params for option in each.opts}
    in_table = re.findall(r"^\| `(--[a-z-]+)", PAGE, re.M)
    # docs/shell.md has those that every command with files has.
    common = {"--max-errors", "--progress"}
    assert common < known
    assert set(in_table) == {name for name in known - common if name.startswith("--")}
    for _, text in blocks("sh", ""):
        for option in re.findall(r"--[a-z-]+", text):
            assert option in known | {"--format"}, option


def test_the_lines_of_the_enrich_file_are_read() -> None:
    ((_, text),) = blocks("json", "enrich")
    known = read_enrichment(line.encode() for line in text.splitlines())
    assert known.claims["RIC-25-0301"]["icn"] == "25069000000101"
    assert known.lines["RIC-25-0301"][1]["supervision"] is Supervision.DIRECT
    assert known.documents["RIC0301SUP", None]["kinds"][0] == "supervision_documentation"
    assert known.documents["1", "RIC-25-0303"]["kinds"] == ("invoice",)


class Registry:
    """The schemas of a registry, as a codec asks for them."""

    def __init__(self, text: str) -> None:
        self._text = text

    def schema_text(self, schema_id: int) -> str:
        assert schema_id == 4711
        return self._text


EVENT: dict[str, Any] = {
    "event_id": "e-1",
    "event_time": datetime(2025, 3, 10, 9, 1, tzinfo=UTC),
    "claim_id": "ICN-1",
    "frequency_code": "1",
    "replaces_claim_id": None,
    "line_of_business": "MEDI_CAL",
    "claim_form": "CMS1500",
    "member_id": "M-1",
    "billing_provider_npi": "1234567893",
    "place_of_service": "11",
    "statement_from": date(2025, 3, 3),
    "statement_through": date(2025, 3, 3),
    "diagnosis_codes": ["C34.90"],
    "lines": [
        {
            "line_number": 1,
            "procedure_code": "96413",
            "modifiers": [],
            "units": 1.0,
            "service_date": date(2025, 3, 3),
            "start_time": datetime(2025, 3, 3, 9),
            "end_time": datetime(2025, 3, 3, 10, 10),
            "charge_amount": Decimal("420.00"),
            "supervising_provider_npi": "1245319599",
            "supervision": "DIRECT",
        }
    ],
}
LINE = EVENT["lines"][0] | {"modifiers": (), "supervision": Supervision.DIRECT}
EXPECTED = ClaimEvent(
    **EVENT
    | {
        "line_of_business": LineOfBusiness.MEDI_CAL,
        "claim_form": ClaimForm.CMS1500,
        "diagnosis_codes": ("C3490",),
        "lines": (ServiceLine(**LINE),),
    }
)


def test_an_event_of_flink_s_schema_is_read_as_its_twin() -> None:
    ((_, text),) = blocks("json", "schema")
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(json.loads(text)), EVENT)
    framed = b"\0" + (4711).to_bytes(4, "big") + body.getvalue()
    assert ClaimReader(Registry(text)).decode(framed) == EXPECTED


def test_a_container_of_it_is_decided(folder: Path) -> None:
    ((_, text),) = blocks("json", "schema")
    schema = fastavro.parse_schema(json.loads(text))
    with (folder / "hour.avro").open("wb") as file:
        fastavro.writer(file, schema, [EVENT, EVENT | {"claim_id": "B", "member_id": None}])
    done = run("stream-edits adjudicate hour.avro", folder)
    assert done.returncode == 3
    assert "member_id" in done.stderr
    assert [json.loads(x)["claim_id"] for x in done.stdout.splitlines()] == ["ICN-1"]


def test_the_view_has_the_fields_of_the_schema() -> None:
    ((_, sql),) = blocks("sql", "")
    ((_, text),) = blocks("json", "schema")
    fields = json.loads(text)["fields"]
    inner = fields[-1]["type"][1]["items"][1]["fields"]
    named = [field["name"] for field in (*fields, *inner)]
    table = sql[: sql.index(") WITH")]
    assert [name for name in named if not re.search(rf"\b{name} [A-Z]", table)] == []
