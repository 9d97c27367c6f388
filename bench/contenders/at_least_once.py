"""The intake stage on the engine, without transactions: flush, then commit offsets."""

from collections.abc import Iterable, Mapping

from confluent_kafka import Consumer, Producer, TopicPartition

from bench.contenders.stage import configured, run_stage
from bench.job import Job
from stream_edits.engine.kafka import ConfluentKafka
from stream_edits.engine.ports import Limits, Output, Sink, Source, StageConfig


def run(job: Job) -> None:
    """Process ``job.records`` claims, some of them again after a crash."""
    run_stage(job, *configured(job, "intake"), _Port())


class _Port(ConfluentKafka):
    """The real Kafka clients, except for the sink."""

    def source(self, config: StageConfig) -> Source:
        source = super().source(config)
        self._sink.consumer = source._consumer  # type: ignore[attr-defined]
        return source

    def sink(self, config: StageConfig, limits: Limits) -> Sink:
        self._sink = _Sink(config)
        return self._sink


class _Sink:
    """`ports.Sink` with an idempotent producer and no transactions."""

    consumer: Consumer

    def __init__(self, config: StageConfig) -> None:
        self._producer = Producer(
            {
                **config.kafka,
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "delivery.report.only.error": True,
                "compression.type": "lz4",
                "linger.ms": 5,
            }
        )
        self._places: list[TopicPartition] = []

    def init(self) -> None:
        pass

    def begin(self) -> None:
        pass

    def produce(self, outputs: Iterable[Output]) -> None:
        for topic, key, value, headers, _ in outputs:
            self._producer.produce(topic, value, key, headers=list(headers))

    def produce_at(
        self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes | None]]
    ) -> None:
        for key, value in items:
            self._producer.produce(topic, value, key, partition)

    def send_offsets(
        self, topic: str, topic_id: str | None, offsets: Mapping[int, int], metadata: object
    ) -> None:
        self._places = [TopicPartition(topic, n, offset) for n, offset in offsets.items()]

    def commit(self) -> None:
        self._producer.flush()
        self.consumer.commit(offsets=self._places, asynchronous=False)

    def poll(self) -> None:
        self._producer.poll(0)

    def abort(self) -> None:
        pass

    def close(self) -> None:
        pass
