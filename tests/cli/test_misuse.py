"""Each misuse of the table ends with its exit code and few readable lines, in the real commands."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream_edits.cli import cli
from stream_edits.engine.kafka import admin
from tests.cli.misuse_files import write_files
from tests.cli.misuse_table import BROKERS, COMMANDS, FILES, SETTINGS, Misuse

ROOT = Path(__file__).parents[2]
NEVER = ("Traceback", "uncaught", "rdkafka", "%3|", "a fault of the program", "pydantic", "CANARY")
MOST_LINES = 6
NO_SPACE = "the output cannot be written: No space left"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("misuse")
    write_files(made)
    return made


@pytest.fixture(scope="module")
def http() -> Iterator[str]:
    """The address of something that listens and is not Kafka."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as one:
                        one.recv(1000)
                        one.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "_CONNECT_S", (0.4, 0.4))
    monkeypatch.setattr(admin, "_PATIENT_S", ())
    for name in [name for name in os.environ if name.startswith("STREAM_EDITS")]:
        monkeypatch.delenv(name)


def readable(text: str) -> None:
    assert not [word for word in NEVER if word in text], text
    assert 0 < len(text.splitlines()) <= MOST_LINES, text


@pytest.mark.parametrize("row", [*COMMANDS, *FILES, *SETTINGS, *BROKERS], ids=lambda row: row.words)
def test_it_is_told_what_where_and_what_to_do(row: Misuse, folder: Path, http: str) -> None:
    words = [word.format(d=folder) for word in row.words.split()]
    environ = {
        f"STREAM_EDITS_{name}": value.format(d=folder, http=http)
        for name, value in row.settings.items()
    }
    done = CliRunner().invoke(cli, words, env=environ, input=row.stdin)
    assert done.exit_code == row.code, done.output
    assert row.says in done.stderr
    readable(done.stderr)


def test_the_table_has_sixty_rows_and_all_commands() -> None:
    rows = [*COMMANDS, *FILES, *SETTINGS, *BROKERS]
    assert len({(row.words, *row.settings.items()) for row in rows}) == len(rows) >= 60
    # `demo` starts its own broker, and `docs` writes pages of this repository.
    used = {row.words.removeprefix("--settings {d}/gone.yaml ").split()[0] for row in rows}
    assert set(cli.commands) - used <= {"demo", "docs"}


def shell(command: str, folder: Path) -> tuple[list[int], str]:
    """The exit codes of a pipe's commands, and what they print on stderr."""
    program = f"{sys.executable} -m stream_edits"
    script = command.format(s=program, d=folder) + '; echo "${PIPESTATUS[@]}" >&3'
    read, write = os.pipe()
    done = subprocess.run(
        ["bash", "-c", f"exec 3>&{write}; {script}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        pass_fds=(write,),
        timeout=100,
    )
    os.close(write)
    codes = os.read(read, 1000).decode().split()
    os.close(read)
    return [int(code) for code in codes], done.stderr


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        (
            "{s} adjudicate {d}/claims.jsonl > /dev/full",
            1,
            NO_SPACE,
        ),
        ("{s} policy list > /dev/full", 1, NO_SPACE),
        ("{s} --help > /dev/full", 1, NO_SPACE),
        ("{s} adjudicate {d}/claims.jsonl >&-", 1, "the output cannot be written: Bad file"),
        ("{s} adjudicate - <&-", 1, "standard input: Bad file descriptor"),
    ],
)
def test_an_output_that_takes_nothing(command: str, code: int, says: str, folder: Path) -> None:
    (ended,), stderr = shell(command, folder)
    assert (ended, says in stderr) == (code, True), stderr
    readable(stderr)


@pytest.mark.parametrize(
    "command", ["adjudicate {d}/claims.jsonl --no-progress", "policy list", "--help", "--version"]
)
def test_a_closed_pipe_is_silent(command: str, folder: Path) -> None:
    # `true` reads nothing, so that writing fails however short the output is.
    codes, stderr = shell("{s} " + command + " | true", folder)
    assert codes == [0, 0]
    assert [line for line in stderr.splitlines() if not line.startswith("read ")] == []


def test_an_interrupt_is_130(folder: Path) -> None:
    words = [sys.executable, "-m", "stream_edits", "adjudicate", "-"]
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write((folder / "claims.jsonl").read_bytes() * 200)
        running.stdin.flush()
        assert running.stdout.read(1)
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=60)
    assert (running.returncode, b"Traceback" in stderr) == (130, False)
