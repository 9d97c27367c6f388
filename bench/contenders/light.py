"""Light load: a few claims a second through the whole pipeline, and how long each decision takes.

From the claim's record timestamp until a read_committed consumer of the decisions sees it.
"""

import threading
import time
from statistics import quantiles

from confluent_kafka import Consumer, Producer

from bench.contenders.pipeline import runners_on
from bench.inputs import EVENTS, records_of
from bench.job import Job, Meter
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.engine.group import run_together

_PER_S = 40


def run(job: Job) -> None:
    """Publish ``job.count`` claims at an even pace and await each one's first decision."""
    runners = runners_on(job, job.settings.topics.events)
    thread = threading.Thread(target=run_together, args=(runners, False))
    thread.start()
    while not all(runner.ready for runner in runners):
        time.sleep(0.1)
    observer = _Observer(job)
    observer.start()
    published = _publish(job)
    observer.join(60)
    for runner in runners:
        runner.stop()
    thread.join()
    waits = [observer.seen[claim_id] - at for claim_id, at in published.items()]
    cuts = quantiles(waits, n=100)
    Meter(job.count).report(p50_ms=cuts[49] * 1000, p99_ms=cuts[98] * 1000)


def _publish(job: Job) -> dict[bytes, float]:
    """When each claim was published, by its id."""
    producer = Producer({**job.settings.kafka_options(), "linger.ms": 0})
    read = ClaimReader(PackagedSchemas()).decode
    records = records_of(EVENTS, job.count)[: job.count]
    ids = [read(value).claim_id.encode() for _, value in records]
    published: dict[bytes, float] = {}
    for claim_id, (key, value) in zip(ids, records, strict=True):
        published[claim_id] = time.time()
        producer.produce(job.settings.topics.events, value, key)
        producer.poll(0)
        time.sleep(1 / _PER_S)
    producer.flush()
    return published


class _Observer(threading.Thread):
    """Reads the decisions as anybody downstream would."""

    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True)
        topics = job.settings.topics
        self._wanted = job.count
        self.seen: dict[bytes, float] = {}
        self._consumer = Consumer(
            {
                **job.settings.kafka_options(),
                "group.id": f"{job.settings.group_prefix}-observer",
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
            }
        )
        self._consumer.subscribe([topics.pass_, topics.pend, topics.deny])

    def run(self) -> None:
        while len(self.seen) < self._wanted:
            message = self._consumer.poll(1.0)
            if message is not None and message.error() is None:
                self.seen.setdefault(message.key() or b"", time.time())
        self._consumer.close()
