"""The command ``run --processes N`` on the whole pipeline: ``workers:2``.

The workers are ready before the input is copied to the topic of claims. The figures are those of
all workers from their metrics, from the first decisions to the last: decisions a second, and CPU
time per decision.
"""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from bench.contenders.processes import move
from bench.job import Job
from tests.broker.properties import free_port

_READY_S = 60
_LONGEST_S = 150
# No decision for so long means that all are made.
_QUIET_S = 2.0
_DECISIONS = re.compile(r"^stream_edits_decisions_total\{.*\} (.+)$", re.M)
_CPU = re.compile(r"^process_cpu_seconds_total\{.*\} (.+)$", re.M)
_MEMORY = re.compile(r"^process_resident_memory_bytes\{.*\} (.+)$", re.M)


class Sample(NamedTuple):
    """The sums over all workers at one time."""

    when: float
    decisions: float
    cpu_s: float
    memory_mb: float


def run(job: Job, variant: str) -> None:
    """Decide ``job.records`` claims with ``variant`` workers."""
    port = free_port()
    with _command(job, int(variant), port):
        _await_ready(port)
        move(job, job.settings.topics.events)
        print(json.dumps(_measured(port, job.records)))


def _measured(port: int, claims: int) -> dict[str, float]:
    first = last = _sample(port)
    peak = 0.0
    deadline = time.monotonic() + _LONGEST_S
    while last.decisions < claims or time.monotonic() - last.when < _QUIET_S:
        if time.monotonic() > deadline:
            sys.exit(f"{last.decisions:g} decisions on {claims} claims within {_LONGEST_S} s")
        time.sleep(0.5)  # a sample costs the workers some milliseconds
        now = _sample(port)
        peak = max(peak, now.memory_mb)
        if now.decisions > last.decisions:
            last = now
        if not first.decisions:
            first = now
    decided = last.decisions - first.decisions
    if not decided:
        sys.exit("all decisions were made between two samples: take more claims")
    return {
        "per_s": decided / (last.when - first.when),
        "cpu_us": (last.cpu_s - first.cpu_s) / decided * 1e6,
        "peak_mb": peak,
    }


def _sample(port: int) -> Sample:
    text = _get(port, "/metrics")
    decisions, cpu_s, memory = (
        sum(map(float, each.findall(text))) for each in (_DECISIONS, _CPU, _MEMORY)
    )
    return Sample(time.monotonic(), decisions, cpu_s, memory / 2**20)


def _await_ready(port: int) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        with suppress(URLError, ConnectionError):
            _get(port, "/readyz")
            return
        time.sleep(0.2)
    sys.exit(f"the workers were not ready within {_READY_S} s")


def _get(port: int, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


@contextmanager
def _command(job: Job, workers: int, port: int) -> Iterator[None]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "settings.json"  # JSON is YAML
        settings = job.settings.model_dump(mode="json", by_alias=True, exclude_unset=True)
        file.write_text(json.dumps({**settings, "http_port": port, "http_host": "127.0.0.1"}))
        command = [sys.executable, "-m", "stream_edits", "--settings", str(file)]
        process = subprocess.Popen(
            [*command, "run", "--processes", str(workers)], stdout=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
