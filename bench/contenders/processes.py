"""One or more processes of a stage that share its partitions: ``processes:encounter:2``.

Nothing is published before each has its partitions, so that none works alone at first; then the
input is moved onto the stage's topic. The figures are those of all processes together, from when
each has committed once.
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
from bench.job import Job, machine_cpu_s, told
from bench.processors import processor
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.engine.ports import Output
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics
from stream_edits.service.run import spare_the_collector

_JOIN_S = 60


class News(NamedTuple):
    """What a process tells of itself after a commit, and whenever the partitions that it is at work
    on are not so many as before."""

    number: int
    when: float
    partitions: int
    events: int
    cpu_s: float


def run(job: Job, variant: str) -> None:
    """Step ``job.count`` records between ``stage:processes``, or be process ``stage:#number``."""
    stage, _, which = variant.partition(":")
    if which.startswith("#"):
        _one(job, Stage(stage), int(which[1:]))
    else:
        _all(job, Stage(stage), int(which))


def _all(job: Job, stage: Stage, count: int) -> None:
    heard: Queue[News] = Queue()
    processes = [start(job, stage, number, heard) for number in range(count)]
    try:
        await_partitions(heard, count, job.settings.partitions)
        move(job, stage_config(job.settings, stage).input_topic)
        print(json.dumps(_measured(heard, count, job.count)))
    finally:
        for process in processes:
            process.kill()


def _measured(heard: "Queue[News]", count: int, wanted: int) -> dict[str, float]:
    """Records a second and CPU a record of all, and what the rest of the machine used meanwhile:
    the broker, and the kernel for both."""
    first: dict[int, News] = {}
    last: dict[int, News] = {}
    events, busy_s = 0, 0.0
    # Half of them: what is done before the last process has committed once does not count.
    while events < wanted // 2:
        news = heard.get(timeout=60)
        if not news.events:
            continue
        last[news.number] = news
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


def await_partitions(heard: "Queue[News]", count: int, partitions: int) -> None:
    """Wait until so many processes are at work on all partitions between them."""
    owned: dict[int, int] = {}
    deadline = time.monotonic() + _JOIN_S
    while len(owned) < count or sum(owned.values()) != partitions or not all(owned.values()):
        news = heard.get(timeout=max(0.0, deadline - time.monotonic()))
        owned[news.number] = news.partitions


def move(job: Job, to: str) -> None:
    """Copy the whole input onto the stage's own topic, each record onto the same partition."""
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


def start(job: Job, stage: Stage, number: int, heard: "Queue[News]") -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.contender", f"processes:{stage.value}:#{number}"],
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
            heard.put(News(*json.loads(line)))

    Thread(target=listen, daemon=True).start()
    return process


def _one(job: Job, stage: Stage, number: int) -> None:
    settings = job.settings.model_copy(update={"instance": number})
    metrics, counted = Metrics(), Counted(processor(stage, settings))
    owned = 0

    def tell() -> None:
        news = News(number, time.monotonic(), owned, counted.events, time.process_time())
        print(json.dumps(news), flush=True)

    def committed(_: Sequence[Output]) -> None:
        tell()

    runner = StageRunner(
        stage_config(settings, stage), counted, metrics=metrics, on_committed=committed
    )
    spare_the_collector()
    runner.start()
    while True:
        runner.run_round()
        now = _at_work_on(runner, metrics, stage)
        if now != owned:
            owned = now
            tell()


def _at_work_on(runner: StageRunner, metrics: Metrics, stage: Stage) -> int:
    name, labels = "stream_edits_assigned_partitions", {"stage": stage.value}
    return int(metrics.registry.get_sample_value(name, labels) or 0) if runner.ready else 0
