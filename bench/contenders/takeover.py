"""Takeover: one of two processes of the encounter stage is killed under a steady load.

Measures the seconds until nothing waits any more, and the longest time without a commit of the
other process. ``killed`` and ``killed_static`` are started again at once, as a dynamic and as a
static member; ``lost`` never returns.
"""

import json
import time
from collections.abc import Iterator
from queue import Queue
from threading import Thread

from confluent_kafka import Consumer, Producer, TopicPartition

from bench.contenders.processes import Status, await_partitions, start
from bench.job import Job
from bench.lineup import TAKEOVER_SESSION_S
from stream_edits.app.wiring import Stage, stage_config

_STAGE = Stage.ENCOUNTER
_A_SECOND = 100
_LONGEST_S = 120
# Events that were published this long ago should be committed.
_RECENT_S = 1.0


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
        Thread(target=_feed, args=(job,), daemon=True).start()
        _await_commits(statuses)
        processes[1].kill()
        processes[1].wait()
        killed = time.monotonic()
        while not statuses.empty():
            statuses.get()
        if variant != "lost":
            processes.append(start(job, _STAGE, 1, statuses))
        print(json.dumps(_takeover_figures(job, statuses, killed)))
    finally:
        for process in processes:
            process.kill()


def _feed(job: Job) -> None:
    """Copy the input to the stage's topic at a steady pace, each record to the same partition."""
    topic = stage_config(job.settings, _STAGE).input_topic
    producer = Producer({**job.settings.kafka_options(), "linger.ms": 5})
    for number, message in enumerate(_input(job)):
        producer.produce(topic, message[1], message[0], message[2])
        if number % 10 == 0:
            producer.poll(0)
            time.sleep(10 / _A_SECOND)


def _input(job: Job) -> Iterator[tuple[bytes | None, bytes | None, int]]:
    consumer = _asker(job)
    consumer.assign([TopicPartition(job.input_topic, n, 0) for n in range(job.settings.partitions)])
    while True:
        for message in consumer.consume(100, 1.0):
            assert message.error() is None, message.error()
            yield message.key(), message.value(), message.partition() or 0


def _await_commits(statuses: "Queue[Status]") -> None:
    committed: set[int] = set()
    while len(committed) < 2:
        status = statuses.get(timeout=60)
        if status.events:
            committed.add(status.number)
    # Let the state grow a little.
    time.sleep(5)


def _takeover_figures(job: Job, statuses: "Queue[Status]", killed: float) -> dict[str, float]:
    consumer = _asker(job)
    topic = stage_config(job.settings, _STAGE).input_topic
    places = [TopicPartition(topic, number) for number in range(job.settings.partitions)]
    while True:
        ends = [consumer.get_watermark_offsets(place)[1] for place in places]
        seen = time.monotonic()
        assert seen - killed < _LONGEST_S, "events still wait"
        time.sleep(_RECENT_S)
        done = [place.offset for place in consumer.committed(places, 20)]
        # At first the process that was killed has left nothing behind yet.
        if seen - killed > _RECENT_S and all(d >= e for d, e in zip(done, ends, strict=True)):
            break
    commits = [killed]
    while not statuses.empty():
        status = statuses.get()
        if status.number == 0 and status.when <= seen:
            commits.append(status.when)
    gaps = [b - a for a, b in zip(commits, [*commits[1:], seen], strict=True)]
    return {"back_s": seen - killed, "still_s": max(gaps)}


def _asker(job: Job) -> Consumer:
    options = {
        "group.id": stage_config(job.settings, _STAGE).group_id,
        "enable.auto.commit": False,
        # Else an open transaction leaves the question about the committed offsets unanswered.
        "isolation.level": "read_uncommitted",
    }
    return Consumer({**job.settings.kafka_options(), **options})
