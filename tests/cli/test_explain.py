"""`stream-edits explain` from a file: formats, exit codes, one-line errors."""

import html
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli import cli
from stream_edits.codec.jsonl import claim_to_json
from tests.build import claim, line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    held = claim("A", line("96366"), line("J1745", units=4.0))
    other = claim("B", line("96365"), minute=1, member_id="M2")
    made = tmp_path / "claims.jsonl"
    made.write_text("".join(claim_to_json(each) + "\n" for each in (held, other)))
    return made


def explained(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["explain", *arguments])


def test_text_json_and_html(file: Path) -> None:
    text = explained("A", "--file", str(file))
    assert (text.exit_code, text.stderr) == (0, "")
    assert text.stdout.startswith("Claim A is held (PEND).\n")
    assert "It waits for another claim." in text.stdout
    assert "What next\n  Line 1: Send the missing claim for 96365" in text.stdout
    assert max(map(len, text.stdout.splitlines())) <= 100
    told = explained("A", "--file", str(file), "--format", "json")
    assert json.loads(told.stdout)["lines"][0]["answer"] == "REMEDY"
    page = explained("A", "--file", str(file), "--format", "html")
    assert page.stdout.startswith("<!doctype html>")
    assert (told.exit_code, page.exit_code) == (0, 0)


def test_a_page_for_a_terminal_that_writes_ascii_alone(file: Path) -> None:
    words = [sys.executable, "-m", "stream_edits", "explain", "A", "--file", str(file)]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*words, "--format", "html"], capture_output=True, env=env, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert html.unescape(done.stdout.decode()) == html.unescape(
        explained("A", "--file", str(file), "--format", "html").stdout
    )


def test_an_unknown_claim_is_one_line_without_its_name(file: Path) -> None:
    done = explained("CANARY", "--file", str(file))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "stream-edits: no event in the input leads to a decision on this claim\n"


def test_bad_lines_are_reported_and_the_claim_is_explained(file: Path) -> None:
    with file.open("a") as opened:
        opened.write('{"claim_id": "CANARY"}\nno json\n')
    done = explained("A", "--file", str(file))
    assert done.exit_code == 3
    assert done.stdout.startswith("Claim A is held (PEND).\n")
    assert [each.split(":")[0] for each in done.stderr.splitlines()] == ["line 3", "line 4"]
    assert "CANARY" not in done.stderr


def test_an_empty_file_and_a_missing_one(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    assert explained("A", "--file", str(empty)).exit_code == 1
    assert explained("A", "--file", str(tmp_path / "gone")).exit_code == 2
