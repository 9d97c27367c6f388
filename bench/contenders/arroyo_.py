"""sentry-arroyo, at least once. State is a plain object, lost with the process.

It runs the whole job with the functions of our stages.
"""

from collections.abc import Mapping

from arroyo.backends.kafka import KafkaConsumer, KafkaPayload, KafkaProducer
from arroyo.backends.kafka.configuration import build_kafka_consumer_configuration
from arroyo.commit import CommitPolicy
from arroyo.processing.processor import StreamProcessor
from arroyo.processing.strategies import CommitOffsets, Produce, RunTask
from arroyo.processing.strategies.abstract import ProcessingStrategy, ProcessingStrategyFactory
from arroyo.types import (
    FILTERED_PAYLOAD,
    BrokerValue,
    Commit,
    FilteredPayload,
    Message,
    Partition,
    Topic,
    Value,
)

from bench.job import COMMIT_RECORDS, COMMIT_S, Job, Meter
from bench.plain import PlainJob


def run(job: Job) -> None:
    """Decide ``job.records`` claims."""
    options = {"bootstrap.servers": job.settings.bootstrap_servers}
    consumer = KafkaConsumer(
        build_kafka_consumer_configuration(
            options, auto_offset_reset="earliest", group_id=job.settings.group_prefix
        )
    )
    factory = _Factory(job, KafkaProducer({**options, "linger.ms": 5, "compression.type": "lz4"}))
    every = CommitPolicy(COMMIT_S, COMMIT_RECORDS)
    factory.processor = StreamProcessor(consumer, Topic(job.input_topic), factory, every)
    factory.processor.run()
    factory.meter.report()


class _Factory(ProcessingStrategyFactory[KafkaPayload]):
    processor: StreamProcessor[KafkaPayload]

    def __init__(self, job: Job, producer: KafkaProducer) -> None:
        self._job = job
        self._producer = producer
        self._plain = PlainJob(job.settings)
        self._done = 0
        self.meter = Meter(job.records)

    def create_with_partitions(
        self, commit: Commit, partitions: Mapping[Partition, int]
    ) -> ProcessingStrategy[KafkaPayload]:
        to = Topic(self._job.settings.topics.pass_)
        return RunTask(self._decide, Produce(self._producer, to, CommitOffsets(commit)))

    def _decide(self, message: Message[KafkaPayload]) -> KafkaPayload | FilteredPayload:
        assert isinstance(message.value, BrokerValue | Value)
        self._done += 1
        if self._done % COMMIT_RECORDS == 0:
            self.meter.committed(self._done)
        if self.meter.done:
            self.processor.signal_shutdown()
        decisions = self._plain.decide(message.payload.value)
        # Its producing step maps one record to at most one: the first decision, or none for an
        # event that was delivered again.
        return KafkaPayload(None, decisions[0], []) if decisions else FILTERED_PAYLOAD
