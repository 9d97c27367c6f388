"""A real Kafka for the contract tests of `engine.ports`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from stream_edits.engine.config import StageConfig
from stream_edits.engine.kafka import ConfluentKafka
from stream_edits.engine.ports import Headers, KafkaPort, Sink, Source, TopicSpec
from tests.contract.clusters import TOPICS, Cluster, Kept
from tests.engine.harness import config


class Real(Cluster):
    """A broker at `bootstrap`."""

    def __init__(self, bootstrap: str) -> None:
        self._options: dict[str, Any] = {"bootstrap.servers": bootstrap, "log_level": 0}
        self._mark = uuid.uuid4().hex[:8]
        self._admin = AdminClient(self._options)
        self._producer = Producer(self._options)
        self.port: KafkaPort = ConfluentKafka()
        made = self._admin.create_topics(
            [NewTopic(self._name(topic), count, 1) for topic, count in TOPICS.items()]
        )
        for future in made.values():
            future.result(20)
        self.until(self._led)

    def config(self, **changes: Any) -> StageConfig:
        own: dict[str, Any] = {
            "group_id": f"g-{self._mark}",
            "input_topic": self._name("in"),
            "changelog_topic": self._name("log"),
            "dead_letter_topic": self._name("dead"),
            "output_topics": (self._name("out"),),
            "known_topics": TopicSpec(self._name("known"), 1, "compact"),
            "internal_topics": frozenset({self._name("in"), self._name("log")}),
            "kafka": self._options,
            **changes,
        }
        ordinal = own.get("transactional_id", "g-count-0")
        return config(**{**own, "transactional_id": f"{ordinal}-{self._mark}"})

    def put(self, partition: int, value: bytes, headers: Headers = ()) -> None:
        self._producer.produce(self._name("in"), value, b"k", partition, headers=list(headers))
        assert self._producer.flush(20) == 0

    def read(self, topic: str) -> list[Kept]:
        ends = self._ends(topic)
        reader = Consumer(
            {
                **self._options,
                "group.id": "never-joined",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            }
        )
        found: list[Kept] = []
        waiting = {number for number, end in ends.items() if end > 0}
        reader.assign(
            [TopicPartition(self._name(topic), number, OFFSET_BEGINNING) for number in waiting]
        )
        deadline = time.monotonic() + 20
        while waiting:
            assert time.monotonic() < deadline, f"cannot read {topic}"
            for message in reader.consume(500, 0.2):
                number, offset = message.partition() or 0, message.offset() or 0
                error = message.error()
                if error is not None:
                    if error.code() == KafkaError._PARTITION_EOF and offset >= ends[number]:
                        waiting.discard(number)
                    continue
                headers: Any = message.headers() or []
                found.append(Kept(number, offset, message.key(), message.value(), headers))
        reader.close()
        return sorted(found)

    def delete_input(self, partition: int, before: int) -> None:
        self._delete("in", partition, before)

    def delete_changelog(self, partition: int, before: int) -> None:
        self._delete("log", partition, before)

    def _delete(self, topic: str, partition: int, before: int) -> None:
        place = TopicPartition(self._name(topic), partition, before)
        for future in self._admin.delete_records([place]).values():
            future.result(20)

    def recreate(self, topic: str) -> None:
        for future in self._admin.delete_topics([self._name(topic)]).values():
            future.result(20)

        def created() -> bool:
            new = NewTopic(self._name(topic), TOPICS[topic], 1)
            try:
                for future in self._admin.create_topics([new]).values():
                    future.result(20)
            except KafkaException:
                # The deletion is still under way.
                return False
            return True

        self.until(created)
        self.until(self._led)

    def compact_changelog(self, settled: Callable[[], bool]) -> None:
        settings = {
            "cleanup.policy": "compact",
            "min.cleanable.dirty.ratio": "0",
            "segment.ms": "1",
        }
        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
            for name, value in settings.items()
        ]
        topic = ConfigResource(ResourceType.TOPIC, self._name("log"), incremental_configs=entries)
        for future in self._admin.incremental_alter_configs([topic]).values():
            future.result(20)

        def cleaned() -> bool:
            # The active segment is never cleaned. It ends when another record follows.
            self._producer.produce(self._name("log"), b"more", b"more", 0)
            assert self._producer.flush(20) == 0
            return settled()

        self.until(cleaned, 60)

    def evict(self, source: Source) -> None:
        time.sleep(4.0)

    def time_out(self, sink: Sink) -> None:
        time.sleep(4.0)

    def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it never came"
            time.sleep(0.05)

    def _led(self) -> bool:
        """True if every partition has a leader."""
        try:
            for topic in TOPICS:
                self._ends(topic)
        except KafkaException:
            return False
        return True

    def _ends(self, topic: str) -> Mapping[int, int]:
        asked = {
            TopicPartition(self._name(topic), number): OffsetSpec.latest()  # type: ignore[no-untyped-call]
            for number in range(TOPICS[topic])
        }
        answers = self._admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED)
        return {place.partition: answer.result(20).offset for place, answer in answers.items()}

    def _name(self, topic: str) -> str:
        return f"{topic}-{self._mark}"
