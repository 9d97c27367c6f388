"""Restoring state: the engine reads ``job.records`` open encounters back from a changelog."""

import os

from confluent_kafka import Producer

from bench.inputs import state_of_waiting
from bench.job import Job, Meter
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.engine.clock import SystemClock
from stream_edits.engine.kafka import ConfluentKafka
from stream_edits.engine.state.changelog import Restore, progress_value
from stream_edits.engine.state.store import PROGRESS_KEY
from stream_edits.metrics import Metrics, StageMetrics

_SEEN = 2000


def run(job: Job) -> None:
    """Write a changelog, then restore it."""
    config = stage_config(job.settings, Stage.ENCOUNTER)
    partitions = job.settings.partitions
    _write(job, config.changelog_topic or "", partitions)
    restore = Restore(
        config,
        ConfluentKafka().changelog_reader(config),
        dict.fromkeys(range(partitions), 1),
        SystemClock(),
        StageMetrics(Metrics(), "encounter"),
        lambda number: True,
    )
    meter = Meter(job.records)
    meter.committed(0)
    while not restore.advance(0.2):
        pass
    meter.committed(job.records)
    entries = sum(map(len, restore.stores.values()))
    meter.report(encounters=job.records, entries=entries / job.records)
    restore.close()


def _write(job: Job, changelog: str, partitions: int) -> None:
    producer = Producer({**job.settings.kafka_options(), "linger.ms": 20, "batch.size": 500_000})
    seen = list(state_of_waiting(_SEEN).items())
    for copy in range(job.records // _SEEN):
        for key, value in seen:
            while True:
                try:
                    producer.produce(changelog, value, key[:1] + os.urandom(16), copy % partitions)
                    break
                except BufferError:
                    producer.poll(0.1)
    for partition in range(partitions):
        producer.flush()
        producer.produce(changelog, progress_value(1), PROGRESS_KEY, partition)
    producer.flush()
