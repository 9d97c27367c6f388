"""One or more processes of a stage that share its partitions: ``processes:encounter:2``.

Each process gets its partitions before the input is copied to the stage's topic, so that none works
alone at first. The figures are totals of all processes, from the time when each has committed once.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from queue import Queue
from threading import Thread
from typing import NamedTuple

from confluent_kafka import Consumer, Producer, TopicPartition

from bench.contenders.stage import Counted
from bench.job import Job, machine_cpu_s, to_json
from bench.processors import processor
from stream_edits import collector
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.engine.ports import Output
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics

_JOIN_S = 60


class Status(NamedTuple):
    """The status of a process, sent after each commit and each change of its active partitions."""

    number: int
    when: float
    partitions: int
    events: int
    cpu_s: float


def run(job: Job, variant: str) -> None:
    """Process ``job.records`` records as ``stage:processes``, or be process ``stage:#number``."""
    stage, _, which = variant.partition(":")
    if which.startswith("#"):
        _one(job, Stage(stage), int(which[1:]))
    else:
        _all(job, Stage(stage), int(which))


def _all(job: Job, stage: Stage, count: int) -> None:
    statuses: Queue[Status] = Queue()
    processes = [start(job, stage, number, statuses) for number in range(count)]
    try:
        await_partitions(statuses, count, job.settings.partitions)
        move(job, stage_config(job.settings, stage).input_topic)
        print(json.dumps(_measured(statuses, count, job.records)))
    finally:
        for process in processes:
            process.kill()


def _measured(statuses: "Queue[Status]", count: int, wanted: int) -> dict[str, float]:
    """Records a second, CPU per record, and CPU per record of the rest of the machine (broker and
    kernel)."""
    first: dict[int, Status] = {}
    last: dict[int, Status] = {}
    events, busy_s = 0, 0.0
    # Half of them, because records before the first commit of the last process do not count.
    while events < wanted // 2:
        status = statuses.get(timeout=60)
        if not status.events:
            continue
        last[status.number] = status
        if len(last) == count and not first:
            first, busy_s = dict(last), machine_cpu_s()
        events = sum(last[n].events - first[n].events for n in first)
    busy_s = machine_cpu_s() - busy_s
    seconds = max(x.when for x in last.values()) - max(x.when for x in first.values())
    cpu_s = sum(last[n].cpu_s - first[n].cpu_s for n in first)
    return {
        "per_s": events / seconds,
        "cpu_us": cpu_s / events * 1e6,
        "beside_us": max(0.0, busy_s - cpu_s) / events * 1e6,
    }


def await_partitions(statuses: "Queue[Status]", count: int, partitions: int) -> None:
    """Wait until ``count`` processes together work on all partitions."""
    owned: dict[int, int] = {}
    deadline = time.monotonic() + _JOIN_S
    while len(owned) < count or sum(owned.values()) != partitions or not all(owned.values()):
        status = statuses.get(timeout=max(0.0, deadline - time.monotonic()))
        owned[status.number] = status.partitions


def move(job: Job, to: str) -> None:
    """Copy the whole input to the topic ``to``, each record to the same partition."""
    options = job.settings.kafka_options()
    group = f"{job.settings.group_prefix}-mover"
    consumer = Consumer({**options, "group.id": group, "enable.auto.commit": False})
    places = [TopicPartition(job.input_topic, n, 0) for n in range(job.settings.partitions)]
    left = sum(consumer.get_watermark_offsets(place)[1] for place in places)
    consumer.assign(places)
    producer = Producer({**options, "linger.ms": 5, "queue.buffering.max.messages": left + 1})
    while left:
        for message in consumer.consume(1000, 1.0):
            assert message.error() is None, message.error()
            producer.produce(to, message.value(), message.key(), message.partition() or 0)
            left -= 1
    producer.flush()
    consumer.close()


def start(
    job: Job, stage: Stage, number: int, statuses: "Queue[Status]"
) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.contender", f"processes:{stage.value}:#{number}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(to_json(job))
    process.stdin.close()
    lines = process.stdout

    def forward() -> None:
        for line in lines:
            statuses.put(Status(*json.loads(line)))

    Thread(target=forward, daemon=True).start()
    return process


def _one(job: Job, stage: Stage, number: int) -> None:
    settings = job.settings.model_copy(update={"instance": number})
    metrics, counted = Metrics(), Counted(processor(stage, settings))
    owned = 0

    def report() -> None:
        status = Status(number, time.monotonic(), owned, counted.events, time.process_time())
        print(json.dumps(status), flush=True)

    def committed(_: Sequence[Output]) -> None:
        report()

    runner = StageRunner(
        stage_config(settings, stage), counted, metrics=metrics, on_committed=committed
    )
    collector.spare()
    runner.start()
    while True:
        runner.run_round()
        now = _active_partitions(runner, metrics, stage)
        if now != owned:
            owned = now
            report()


def _active_partitions(runner: StageRunner, metrics: Metrics, stage: Stage) -> int:
    name, labels = "stream_edits_assigned_partitions", {"stage": stage.value}
    return int(metrics.registry.get_sample_value(name, labels) or 0) if runner.ready else 0
