"""Two processes of the intake stage that share the partitions; the figures of both together."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from queue import Queue
from threading import Thread

from bench.contenders.stage import configured
from bench.job import Job, told
from stream_edits.engine.ports import Output
from stream_edits.engine.runner import StageRunner

_PROCESSES = ("0", "1")
# A process's number, when it committed (the clock of the machine), events so far, CPU seconds.
_Committed = tuple[str, float, int, float]


def run(job: Job, variant: str = "all") -> None:
    """Step a third of the claims between them, from when both have committed once: by then the one
    that joined first has taken many alone."""
    if variant == "all":
        _all(job)
    else:
        _one(job, variant)


def _all(job: Job) -> None:
    heard: Queue[_Committed] = Queue()
    processes = [_start(job, number, heard) for number in _PROCESSES]
    first: dict[str, _Committed] = {}
    last: dict[str, _Committed] = {}
    events = 0
    try:
        while events < job.count // 3:
            news = heard.get(timeout=60)
            last[news[0]] = news
            if len(last) == len(_PROCESSES):
                # What one had done before the other came does not count.
                first = first or dict(last)
                events = sum(last[n][2] - first[n][2] for n in first)
    finally:
        for process in processes:
            process.kill()
    begun = max(each[1] for each in first.values())
    ended = max(each[1] for each in last.values())
    cpu_s = sum(last[n][3] - first[n][3] for n in first)
    print(json.dumps({"per_s": events / (ended - begun), "cpu_us": cpu_s / events * 1e6}))


def _start(job: Job, number: str, heard: "Queue[_Committed]") -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.contender", f"two:{number}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(told(job))
    process.stdin.close()
    lines = process.stdout

    def listen() -> None:
        for line in lines:
            when, events, cpu_s = json.loads(line)
            heard.put((number, when, events, cpu_s))

    Thread(target=listen, daemon=True).start()
    return process


def _one(job: Job, number: str) -> None:
    own = job._replace(settings=job.settings.model_copy(update={"instance": int(number)}))
    config, processor = configured(own, "intake")
    events = 0

    def committed(outputs: Sequence[Output]) -> None:
        nonlocal events
        events += len(outputs)
        print(json.dumps([time.monotonic(), events, time.process_time()]), flush=True)

    StageRunner(config, processor, on_committed=committed).run()
