"""The README: its commands run, its examples match the output, its table is current."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from stream_edits.settings import settings_table
from tests.demo.examples import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
_FENCE = re.compile(
    r"(?:<!-- (?P<name>[^>]*?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL
)
_OFFLINE = re.compile(r"stream-edits (adjudicate|convert|policy)\b")


def blocks(kind: str) -> Iterator[tuple[str, str]]:
    for block in _FENCE.finditer(README):
        if block["kind"] == kind:
            yield block["name"] or "", block["text"]


def commands() -> list[str]:
    lines = (line for _, text in blocks("sh") for line in text.splitlines())
    return [line.partition("  #")[0].strip() for line in lines]


def run(command: str) -> subprocess.CompletedProcess[str]:
    mine = {name: value for name, value in os.environ.items() if "STREAM_EDITS" not in name}
    beside = f"{Path(sys.executable).parent}{os.pathsep}{mine['PATH']}"
    shell = ["bash", "-euo", "pipefail", "-c", command]
    return subprocess.run(
        shell, cwd=ROOT, env=mine | {"PATH": beside}, capture_output=True, text=True, timeout=60
    )


OFFLINE = [command for command in commands() if _OFFLINE.search(command)]
OTHERS = [each for each in commands() if "stream-edits" in each and each not in OFFLINE]


@pytest.mark.parametrize("command", OFFLINE)
def test_a_command_that_needs_no_kafka_runs(command: str) -> None:
    done = run(command)
    # The claims of an 837 file are counted at its end.
    counted = "files: 1; transactions: 2; claims: 4; refused: 0\n" if ".837" in command else ""
    assert (done.returncode, done.stderr) == (0, counted)
    assert done.stdout


@pytest.mark.parametrize("command", OTHERS)
def test_a_command_that_needs_kafka_exists(command: str) -> None:
    words = command[command.index("stream-edits") :].removesuffix("&").split()
    options = [word for word in words[1:] if word.startswith("--")]
    before_options = takewhile(lambda word: not word.startswith("-"), words[1:])
    named = [word for word in before_options if re.fullmatch("[a-z-]+", word)]
    done = run(" ".join(["stream-edits", *named, "--help"]))
    assert done.returncode == 0, done.stderr
    assert all(option in done.stdout for option in options)


def test_the_readme_has_both_kinds_of_commands() -> None:
    assert len(OFFLINE) >= 6
    assert len(OTHERS) >= 4


def test_the_claim_in_the_readme_is_the_first_example() -> None:
    (shown,) = [text for name, text in blocks("json") if name == "claim"]
    first = (ROOT / "examples" / "claims.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(shown) == json.loads(first)


def test_the_decision_in_the_readme_matches_the_output() -> None:
    (shown,) = [text for name, text in blocks("json") if name == "decision"]
    made = run("stream-edits adjudicate examples/claims.jsonl").stdout.splitlines()[0]
    assert json.loads(shown) == json.loads(made)


def test_the_review_in_the_readme_is_the_example_s() -> None:
    (shown,) = [text for name, text in blocks("json") if name == "review"]
    last = (ROOT / "examples" / "reviews.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(shown) == json.loads(last)
    made = run("stream-edits adjudicate examples/reviews.jsonl").stdout.splitlines()
    held, closed = map(json.loads, made)
    assert (held["disposition"], closed["disposition"]) == ("PEND", "PASS")
    assert json.loads(last)["decision_id"] == held["decision_id"]
    assert closed["findings"][0]["review_id"] == json.loads(last)["review_id"]


def test_the_overlay_in_the_readme_is_the_file_and_its_version_is_named() -> None:
    (shown,) = [text for name, text in blocks("yaml") if name == "examples/overlay.yaml"]
    assert shown == (ROOT / "examples" / "overlay.yaml").read_text(encoding="utf-8")
    made = run(
        "STREAM_EDITS_POLICY=examples/overlay.yaml stream-edits adjudicate examples/claims.jsonl"
    )
    version = json.loads(made.stdout.splitlines()[0])["policy_version"]
    assert f"`{version}`" in README


def test_the_settings_table_is_current() -> None:
    table = README.split("<!-- settings: begin -->")[1].split("<!-- settings: end -->")[0]
    assert table.strip() == settings_table().strip(), "paste what settings_table() gives"


def test_every_variable_in_the_readme_exists() -> None:
    known = set(re.findall(r"STREAM_EDITS_\w+", settings_table()))
    known |= {"STREAM_EDITS_SETTINGS", "STREAM_EDITS_TEST_BROKER"}
    # Variables for client options can have any name.
    named = re.sub(r"(STREAM_EDITS_(?:KAFKA|SCHEMA_REGISTRY)__)\w*", r"\1", README)
    assert set(re.findall(r"STREAM_EDITS_\w+", named)) <= known


def test_every_link_and_make_target_exists() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
