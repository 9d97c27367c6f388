"""`run --processes`: workers are started, told apart, started again, and ended."""

import os
import signal
import subprocess
import sys
import textwrap
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from stream_edits.metrics import WorkerMetrics
from stream_edits.service.workers import reason
from tests.kafka.programs import ROOT, eventually

# A worker without Kafka: it serves what its stages would, and ends as it is told.
_WORKER = """
import os, signal, sys
from pathlib import Path
from prometheus_client import CollectorRegistry, Counter
from stream_edits.service.health import HealthServer
from stream_edits.service.workers import tell_port

folder, descriptor = Path(sys.argv[1]), int(sys.argv[sys.argv.index("--worker") + 1])
number = os.environ["STREAM_EDITS_INSTANCE"]
if (folder / "refuse").exists():
    sys.exit(2)

class Loop:
    ready, last_moved = number != "5", float("inf")

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
registry = CollectorRegistry()
claims = Counter("stream_edits_claims", "Claims.", ["stage"], registry=registry)
claims.labels("intake").inc(int(number))
server = HealthServer(os.environ["STREAM_EDITS_HTTP_HOST"], 0, registry, [Loop()])
server.start()
tell_port(descriptor, server.port, lambda: os.kill(os.getpid(), signal.SIGTERM))
(folder / f"pid-{number}").write_text(str(os.getpid()))
signal.sigwait({signal.SIGTERM})
(folder / f"ended-{number}").touch()
"""
_PARENT = """
import os
import sys
from prometheus_client import CollectorRegistry
from stream_edits.logs import configure_logs
from stream_edits.metrics import WorkerMetrics
from stream_edits.service.combined_endpoint import GatheringServer
from stream_edits.service.watchdog import Watchdog
from stream_edits.service.workers import Workers

configure_logs("console", "INFO")
folder = sys.argv[1]
registry = CollectorRegistry()
command = [sys.executable, f"{folder}/worker.py", folder]
workers = Workers(command, range(2, 4), WorkerMetrics(registry))
server = GatheringServer("127.0.0.1", 0, registry, workers.all)
server.start()
Watchdog(workers.all, every_s=0.2, failures=2).start()
print(server.port, flush=True)
sys.exit(workers.run(os.environ))
"""


class Parent:
    """A process with workers 2 and 3."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "worker.py").write_text(textwrap.dedent(_WORKER))
        (folder / "parent.py").write_text(textwrap.dedent(_PARENT))
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, str(folder / "parent.py"), str(folder)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def pids(self) -> dict[int, int]:
        """The id of each worker's process, as the worker wrote it."""
        found = {}
        for number in (2, 3):
            with suppress(FileNotFoundError, ValueError):
                found[number] = int((self.folder / f"pid-{number}").read_text())
        return found

    def both_pids(self) -> dict[int, int]:
        """The same, once both have written it."""
        eventually(lambda: len(self.pids()) == 2, 60, self.tail)
        return self.pids()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def wait_until(self, path: str, status: int) -> str:
        def told() -> str | None:
            code, text = self.get(path)
            return text if code == status else None

        return eventually(told, 60, lambda: self.tail())

    def tail(self) -> str:
        self.log.flush()
        return (self.folder / "log").read_text()[-2000:]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pid in self.pids().values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.log.close()


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[Parent]:
    with closing(Parent(tmp_path)) as started:
        yield started


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def test_one_port_shows_the_series_of_every_worker(parent: Parent) -> None:
    assert parent.wait_until("/readyz", 200) == "ready\n"
    assert parent.get("/healthz") == (200, "live\n")
    assert parent.get("/elsewhere")[0] == 404
    _, text = parent.get("/metrics")
    lines = text.splitlines()
    assert 'stream_edits_claims_total{stage="intake",worker="2"} 2.0' in lines
    assert 'stream_edits_claims_total{stage="intake",worker="3"} 3.0' in lines
    assert 'stream_edits_worker_up{worker="2"} 1.0' in lines
    assert sum(line.startswith("# TYPE stream_edits_claims_total ") for line in lines) == 1


def test_a_killed_worker_is_started_again_and_the_other_goes_on(parent: Parent) -> None:
    parent.wait_until("/readyz", 200)
    before = parent.both_pids()
    os.kill(before[2], signal.SIGKILL)
    eventually(lambda: parent.both_pids()[2] != before[2], 60, parent.tail)
    parent.wait_until("/readyz", 200)
    assert parent.both_pids()[3] == before[3]
    assert "worker_ended instance=2 reason=SIGKILL" in parent.tail()
    _, text = parent.get("/metrics")
    assert 'stream_edits_worker_restarts_total{worker="2"} 1.0' in text
    assert 'stream_edits_worker_restarts_total{worker="3"} 0.0' in text


def test_a_frozen_worker_is_killed_and_started_again(parent: Parent) -> None:
    parent.wait_until("/readyz", 200)
    before = parent.both_pids()
    os.kill(before[2], signal.SIGSTOP)
    eventually(lambda: parent.both_pids()[2] != before[2], 60, parent.tail)
    parent.wait_until("/readyz", 200)
    assert parent.both_pids()[3] == before[3]
    assert "worker_killed instance=2" in parent.tail()


def test_a_frozen_worker_does_not_hold_up_the_stop(parent: Parent) -> None:
    parent.wait_until("/readyz", 200)
    os.kill(parent.both_pids()[2], signal.SIGSTOP)
    parent.process.terminate()
    assert parent.process.wait(60) == 1
    assert not (parent.folder / "ended-2").exists()
    assert (parent.folder / "ended-3").exists()


def test_a_stop_is_passed_on_and_waited_for(parent: Parent) -> None:
    parent.wait_until("/readyz", 200)
    parent.process.terminate()
    assert parent.process.wait(30) == 0
    assert all((parent.folder / f"ended-{number}").exists() for number in (2, 3))
    assert "worker_ended" not in parent.tail()


def test_workers_end_when_the_process_that_started_them_is_killed(parent: Parent) -> None:
    parent.wait_until("/readyz", 200)
    pids = parent.both_pids()
    parent.process.kill()
    parent.process.wait()
    eventually(lambda: all(_gone(pid) for pid in pids.values()), 30, parent.tail)
    assert all((parent.folder / f"ended-{number}").exists() for number in (2, 3))


def test_a_wrong_setting_stops_all_with_its_exit_code(parent: Parent) -> None:
    parent.wait_until("/readyz", 200)
    pids = parent.both_pids()
    (parent.folder / "refuse").touch()
    os.kill(pids[2], signal.SIGKILL)
    assert parent.process.wait(60) == 2
    assert _gone(pids[3])


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, "exit code 1"), (-9, "SIGKILL"), (-15, "SIGTERM"), (-250, "exit code -250")],
)
def test_an_exit_code_is_told_in_words(code: int, words: str) -> None:
    assert reason(code) == words


def test_the_metrics_have_no_samples_without_workers() -> None:
    registry = CollectorRegistry()
    WorkerMetrics(registry)
    assert [sample for metric in registry.collect() for sample in metric.samples] == []
