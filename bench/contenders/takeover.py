"""A process of the encounter stage is killed and started again at once: how long until all
partitions are worked on, and how long the other process stood still meanwhile.

``killed`` is a dynamic member, ``killed_static`` a static one.
"""

import json
import time
from queue import Queue

from bench.contenders.processes import News, await_partitions, move, start
from bench.job import Job
from bench.lineup import TAKEOVER_SESSION_S
from stream_edits.app.wiring import Stage, stage_config

_STAGE = Stage.ENCOUNTER
_LONGEST_S = 90


def run(job: Job, variant: str) -> None:
    """Two processes; the second one is killed after both have committed."""
    changed = {
        "session_timeout_ms": int(TAKEOVER_SESSION_S * 1000),
        "static_membership": variant == "killed_static",
    }
    job = job._replace(settings=job.settings.model_copy(update=changed))
    heard: Queue[News] = Queue()
    processes = [start(job, _STAGE, number, heard) for number in (0, 1)]
    try:
        await_partitions(heard, 2, job.settings.partitions)
        move(job, stage_config(job.settings, _STAGE).input_topic)
        _await_commits(heard)
        processes[1].kill()
        processes[1].wait()
        killed = time.monotonic()
        while not heard.empty():
            heard.get()
        processes.append(start(job, _STAGE, 1, heard))
        print(json.dumps(_watched(heard, killed, job.settings.partitions)))
    finally:
        for process in processes:
            process.kill()


def _await_commits(heard: "Queue[News]") -> None:
    committed: set[int] = set()
    while len(committed) < 2:
        news = heard.get(timeout=60)
        if news.events:
            committed.add(news.number)
    # What is under way.
    time.sleep(2)


def _watched(heard: "Queue[News]", killed: float, partitions: int) -> dict[str, float]:
    survivor, successor = partitions // 2, 0
    still_s, stopped = 0.0, 0.0
    while survivor + successor < partitions or not successor or not survivor:
        news = heard.get(timeout=_LONGEST_S)
        if news.number == 1:
            successor = news.partitions
        elif news.partitions != survivor:
            if not survivor:
                still_s += news.when - stopped
            survivor, stopped = news.partitions, news.when
    return {"back_s": news.when - killed, "still_s": still_s}
