"""A signal ends the program at every moment of its start, as process 1 of a container too."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from stream_edits.entry import is_service
from tests.broker.properties import free_port

STANDARD = sys.stdlib_module_names
ENDING = (signal.SIGTERM, signal.SIGINT)
_SOON_S = 20.0
_PARTS = 8
# Sends itself a signal when the n-th module is looked for after the entry point began its imports.
_SIGNALLED = """\
import os, sys
number, moment = int(sys.argv.pop(1)), int(sys.argv.pop(1))
class Finder:
    seen = 0
    def find_spec(self, name, path=None, target=None):
        Finder.seen += Finder.seen > 0 or name == "stream_edits.cli"
        if Finder.seen == moment and number:
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Finder())
from stream_edits.entry import main
try:
    main()
finally:
    if number == 0:
        print(Finder.seen)
"""
_IN_A_NAMESPACE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")


def environ() -> dict[str, str]:
    """A registry that is away, so that `run` never comes as far as its stages."""
    mine = {name: value for name, value in os.environ.items() if "STREAM_EDITS" not in name}
    registry = f"http://127.0.0.1:{free_port()}"
    port = str(free_port())
    return mine | {
        "STREAM_EDITS_SCHEMA_REGISTRY_URL": registry,
        "STREAM_EDITS_HTTP_PORT": port,
    }


def signalled(number: int, moment: int, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", _SIGNALLED, str(number), str(moment), *words]
    return subprocess.run(
        command, env=environ(), capture_output=True, text=True, timeout=_SOON_S, check=False
    )


@pytest.fixture(scope="module")
def imported() -> int:
    """The number of modules that the entry point imports."""
    counted = int(signalled(0, 0, "--version").stdout.split()[-1])
    assert counted > 300, "the imports are counted"
    return counted


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("part", range(_PARTS + 1))
def test_a_signal_during_the_imports(imported: int, number: int, part: int) -> None:
    moment = max(1, imported * part // _PARTS)
    ended = signalled(number, moment, "run")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    ended = signalled(number, moment, "decisions")
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + number, "", "")


def test_the_entry_point_itself_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import stream_edits.entry; "
    code += "print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    own = [name for name in done.stdout.split() if name.split(".")[0] not in STANDARD]
    assert own == ["stream_edits", "stream_edits.entry"]


def test_a_start_without_a_registry_does_not_import_its_client() -> None:
    code = "import sys, stream_edits.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "confluent_kafka" in imported
    assert not imported & {"confluent_kafka.schema_registry", "stream_edits.codec.registry"}


def first_process() -> Sequence[str]:
    """What makes a program process 1 of a namespace; nothing where that is not permitted."""
    try:
        permitted = subprocess.run([*_IN_A_NAMESPACE, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return ()
    return _IN_A_NAMESPACE if permitted.returncode == 0 else ()


def started(words: Sequence[str]) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The program and the id of its process, once that handles SIGTERM."""
    prefix = first_process()
    command = [*prefix, sys.executable, "-m", "stream_edits", *words]
    with subprocess.Popen(
        command, env=environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process, _handling(process.pid, bool(prefix))
        finally:
            process.kill()


def _handling(pid: int, is_parent: bool) -> int:
    deadline = time.monotonic() + _SOON_S
    while time.monotonic() < deadline:
        mine = _children(pid) if is_parent else [pid]
        if mine and _catches(mine[0], signal.SIGTERM):
            return mine[0]
        time.sleep(0.001)
    raise AssertionError("SIGTERM is never handled")


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _catches(pid: int, number: int) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(line for line in lines if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.2, 0.4, 0.8, 1.5, 3.0])
def test_a_signal_to_process_1(number: int, delay_s: float) -> None:
    for process, pid in started(["run"]):
        time.sleep(delay_s)
        os.kill(pid, number)
        assert process.wait(_SOON_S) == 0
        assert process.stdout is not None
        assert "Traceback" not in process.stdout.read()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run"], True),
        (["--settings", "file.yaml", "run", "--stage", "intake"], True),
        (["--settings=run", "run"], True),
        (["--settings", "run", "publish", "run"], False),
        (["publish", "run"], False),
        (["--help"], False),
        ([], False),
    ],
)
def test_only_run_is_a_service(words: list[str], expected: bool) -> None:
    assert is_service(words) is expected
