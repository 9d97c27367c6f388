"""What a contender is given, and what it reports."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from stream_edits.settings import Settings


class Job(NamedTuple):
    """One run of one contender: where its input lies and how many records of it count.

    ``input_topic`` holds at least ``count`` records of the kind that the contender reads; every
    other topic is the run's own.
    """

    settings: Settings
    input_topic: str
    count: int


def told(job: Job) -> str:
    """The job as a contender's process reads it."""
    settings = job.settings.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return json.dumps({**job._asdict(), "settings": settings})


class Meter:
    """Counts committed records. The clock starts at the first commit, when everything has warmed
    up, and stops at the one that completes the job."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._begun: tuple[int, float, float] | None = None
        self._result: dict[str, float] | None = None

    @property
    def done(self) -> bool:
        """Whether the job is complete."""
        return self._result is not None

    def committed(self, so_far: int) -> None:
        """So many records of the job have been committed since the start."""
        now = (so_far, time.perf_counter(), time.process_time())
        if self._begun is None:
            self._begun = now
        elif so_far >= self._count and self._result is None:
            records, wall_s, cpu_s = (b - a for a, b in zip(self._begun, now, strict=True))
            self._result = {"per_s": records / wall_s, "cpu_us": cpu_s / records * 1e6}

    def report(self, **more: float) -> None:
        """One line of JSON on stdout: records a second, CPU in microseconds, peak memory in MB."""
        told: dict[str, Any] = {**(self._result or {}), "peak_mb": memory_mb("VmHWM"), **more}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def memory_mb(figure: str) -> float:
    """A figure of the kernel's on this process: ``VmRSS`` is what it takes now, ``VmHWM`` the most
    it ever took. (The usual ru_maxrss is inherited from the process that started this one.)"""
    status = Path("/proc/self/status").read_text()
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith(figure))
    return int(kilobytes) / 1024


def machine_cpu_s() -> float:
    """Seconds that all processors of the machine together have worked since it started, for
    whomever: user, nice, system, irq, softirq."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:8]]
    idle, iowait = ticks[3], ticks[4]
    return (sum(ticks) - idle - iowait) / os.sysconf("SC_CLK_TCK")
