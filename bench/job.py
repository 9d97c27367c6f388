"""The input of a contender's process, and its report."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from stream_edits.settings import Settings

# How often the contenders that are not ours commit, where they have such a setting.
COMMIT_S = 0.1
# How many records they take into a transaction or a batch at most.
COMMIT_RECORDS = 2000


class Job(NamedTuple):
    """One run of one contender.

    ``input_topic`` has at least ``records`` records of the kind that the contender reads. All other
    topics are new for each run.
    """

    settings: Settings
    input_topic: str
    records: int


def to_json(job: Job) -> str:
    """The job as JSON for a contender's process."""
    settings = job.settings.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return json.dumps({**job._asdict(), "settings": settings})


class Meter:
    """Counts committed records and measures the time.

    The clock starts at the first commit, after the warm-up, and stops at the one that completes
    the job.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._begun: tuple[int, float, float] | None = None
        self._result: dict[str, float] | None = None

    @property
    def done(self) -> bool:
        """Whether the job is complete."""
        return self._result is not None

    def committed(self, so_far: int) -> None:
        """Note that ``so_far`` records of the job are committed."""
        now = (so_far, time.perf_counter(), time.process_time())
        if self._begun is None:
            self._begun = now
        elif so_far >= self._count and self._result is None:
            records, wall_s, cpu_s = (b - a for a, b in zip(self._begun, now, strict=True))
            self._result = {"per_s": records / wall_s, "cpu_us": cpu_s / records * 1e6}

    def report(self, **more: float) -> None:
        """Write one JSON line to stdout: records a second, CPU µs per record, peak memory in MB."""
        figures: dict[str, Any] = {**(self._result or {}), "peak_mb": memory_mb("VmHWM"), **more}
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()


def memory_mb(figure: str) -> float:
    """A memory figure of this process from /proc, in MB: ``VmRSS`` current, ``VmHWM`` peak.

    The usual ru_maxrss is inherited from the parent process.
    """
    status = Path("/proc/self/status").read_text()
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith(figure))
    return int(kilobytes) / 1024


def machine_cpu_s() -> float:
    """CPU seconds of the whole machine since boot, from /proc/stat, without idle and iowait."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:8]]
    idle, iowait = ticks[3], ticks[4]
    return (sum(ticks) - idle - iowait) / os.sysconf("SC_CLK_TCK")
