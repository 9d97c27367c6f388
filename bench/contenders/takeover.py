"""Takeover: a process of the encounter stage is killed and restarted at once.

Measures the seconds until all partitions are processed again, and those for which the other process
paused. The variant ``killed`` is a dynamic member, ``killed_static`` a static one.
"""

import json
import time
from queue import Queue

from bench.contenders.processes import Status, await_partitions, move, start
from bench.job import Job
from bench.lineup import TAKEOVER_SESSION_S
from stream_edits.app.wiring import Stage, stage_config

_STAGE = Stage.ENCOUNTER
_LONGEST_S = 90


def run(job: Job, variant: str) -> None:
    """Run two processes, and kill the second one after both have committed."""
    changed = {
        "session_timeout_ms": int(TAKEOVER_SESSION_S * 1000),
        "static_membership": variant == "killed_static",
    }
    job = job._replace(settings=job.settings.model_copy(update=changed))
    statuses: Queue[Status] = Queue()
    processes = [start(job, _STAGE, number, statuses) for number in (0, 1)]
    try:
        await_partitions(statuses, 2, job.settings.partitions)
        move(job, stage_config(job.settings, _STAGE).input_topic)
        _await_commits(statuses)
        processes[1].kill()
        processes[1].wait()
        killed = time.monotonic()
        while not statuses.empty():
            statuses.get()
        processes.append(start(job, _STAGE, 1, statuses))
        print(json.dumps(_takeover_figures(statuses, killed, job.settings.partitions)))
    finally:
        for process in processes:
            process.kill()


def _await_commits(statuses: "Queue[Status]") -> None:
    committed: set[int] = set()
    while len(committed) < 2:
        status = statuses.get(timeout=60)
        if status.events:
            committed.add(status.number)
    # Let the current transactions end.
    time.sleep(2)


def _takeover_figures(
    statuses: "Queue[Status]", killed: float, partitions: int
) -> dict[str, float]:
    survivor, successor = partitions // 2, 0
    still_s, stopped = 0.0, 0.0
    while survivor + successor < partitions or not successor or not survivor:
        status = statuses.get(timeout=_LONGEST_S)
        if status.number == 1:
            successor = status.partitions
        elif status.partitions != survivor:
            if not survivor:
                still_s += status.when - stopped
            survivor, stopped = status.partitions, status.when
    return {"back_s": status.when - killed, "still_s": still_s}
