"""docs/asyncapi.yaml: current, true to the code, and valid for the specification's own parser."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from stream_edits.cli import cli
from stream_edits.commands.asyncapi import (
    DEAD_LETTER_HEADERS,
    DECISION_HEADERS,
    REFERENCE_HEADERS,
    asyncapi,
)
from stream_edits.engine.dead_letters import headers as headers
from stream_edits.settings import Settings, load_settings

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "docs" / "asyncapi.yaml"
_PACKAGES = ROOT / ".cache" / "asyncapi"
_ERROR = 0


def document(settings: Settings) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(asyncapi(settings))
    return loaded


def test_the_committed_document_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("STREAM_EDITS_")]:
        monkeypatch.delenv(name)
    done = CliRunner().invoke(cli, ["asyncapi", "--check", "--output", str(DOCUMENT)])
    assert done.exit_code == 0, done.output


def test_a_stale_document_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "asyncapi.yaml"
    words = ["asyncapi", "--output", str(file)]
    assert CliRunner().invoke(cli, [*words, "--check"]).exit_code == 1
    assert not file.exists()
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert CliRunner().invoke(cli, [*words, "--check"]).exit_code == 0
    file.write_text(file.read_text() + "x: y\n")
    assert CliRunner().invoke(cli, [*words, "--check"]).exit_code == 1


def test_it_follows_the_settings() -> None:
    environ = {
        "STREAM_EDITS_TOPICS__DENY": "plan.denied",
        "STREAM_EDITS_PARTITIONS": "12",
        "STREAM_EDITS_GROUP_PREFIX": "plan",
    }
    told = document(load_settings(environ=environ))
    deny = told["channels"]["deny"]
    assert (deny["address"], deny["bindings"]["kafka"]["partitions"]) == ("plan.denied", 12)
    reads = told["operations"]["intake.reads.events"]
    assert reads["bindings"]["kafka"]["groupId"]["enum"] == ["plan-intake"]


def test_channels_and_operations_are_those_of_the_stages() -> None:
    told = document(Settings())
    names = Settings().topics.by_key()
    assert {key: each["address"] for key, each in told["channels"].items()} == names
    operations = {
        name: (each["action"], each["channel"]["$ref"].rsplit("/")[-1])
        for name, each in told["operations"].items()
    }
    assert [name for name, (action, _) in operations.items() if action == "receive"] == [
        "intake.reads.events",
        "review.reads.reviews",
        "encounter.reads.by_member",
        "supervision.reads.by_supervisor",
        "redrive.reads.dead_letter",
    ]
    written = {channel for action, channel in operations.values() if action == "send"}
    assert written == names.keys()


def test_the_headers_are_those_that_are_written() -> None:
    assert tuple(DEAD_LETTER_HEADERS) == headers.DEAD_LETTER_HEADERS
    assert (*DEAD_LETTER_HEADERS, *REFERENCE_HEADERS) == headers.REFERENCE_HEADERS
    source = (ROOT / "stream_edits" / "app" / "outbox.py").read_text(encoding="utf-8")
    assert all(f'"{name}"' in source for name in DECISION_HEADERS)


def test_the_records_are_the_packaged_schemas() -> None:
    messages = document(Settings())["components"]["messages"]
    for record in ("ClaimEvent", "ReviewEvent", "ClaimDecision"):
        packaged = json.loads((ROOT / "schemas" / f"{record}.avsc").read_text(encoding="utf-8"))
        fields = messages[record]["payload"]["schema"]["fields"]
        assert [field["name"] for field in fields] == [f["name"] for f in packaged["fields"]]


def parser_packages() -> Path:
    """Where the parser is installed; the first call fetches it, by the versions that are locked."""
    if shutil.which("npm") is None:
        _cannot("no npm command found")
    _PACKAGES.mkdir(parents=True, exist_ok=True)
    with (_PACKAGES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (HERE / "package-lock.json").read_bytes()
        installed = _PACKAGES / "package-lock.json"
        done = installed.exists() and installed.read_bytes() == wanted
        if not done or not (_PACKAGES / "node_modules" / "@asyncapi" / "parser").is_dir():
            shutil.copy(HERE / "package.json", _PACKAGES)
            shutil.copy(HERE / "package-lock.json", installed)
            _install()
    return _PACKAGES


def _install() -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=_PACKAGES, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(_PACKAGES / "node_modules", ignore_errors=True)
        _cannot(f"npm could not fetch the parser: {done.stderr[-500:]}")


def _cannot(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"under CI the document must be validated: {why}")
    pytest.skip(f"docs/asyncapi.yaml was NOT validated: {why}")


def validated(file: Path) -> dict[str, Any]:
    command = ["node", str(HERE / "validate.cjs"), str(parser_packages()), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_specification_s_parser_has_nothing_to_say() -> None:
    answer = validated(DOCUMENT)
    assert [each for each in answer["problems"] if each["severity"] == _ERROR] == []
    assert set(answer["messages"]) == {
        *("ClaimEvent", "ReviewEvent", "ClaimDecision"),
        *("DeadLetter", "Internal"),
    }


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("action: receive", "action: take"),
        ("schemaIdLocation: payload", "schemaIdLocation: nowhere"),
        ("'#/channels/deny'", "'#/channels/denied'"),
        ("logicalType: timestamp-millis", "logicalType: [1]\n              type: 5"),
    ],
)
def test_the_parser_does_find_faults(tmp_path: Path, there: str, instead: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert there in text
    broken = tmp_path / "asyncapi.yaml"
    broken.write_text(text.replace(there, instead, 1), encoding="utf-8")
    problems = validated(broken)["problems"]
    assert [each for each in problems if each["severity"] == _ERROR]
