"""What the contract tests of `engine.ports` run on, and the in-memory Kafka as one of the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from stream_edits.engine.config import StageConfig
from stream_edits.engine.ports import Headers, KafkaPort, Sink, Source
from tests.engine.harness import config
from tests.memory_kafka import Broker, MemorySink, MemorySource

TOPICS = {"in": 4, "log": 4, "out": 5, "dead": 1, "known": 2}


class Kept(NamedTuple):
    """A committed record."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


class Cluster(Protocol):
    """A Kafka with topics for one test, and what the test does to it outside the port."""

    port: KafkaPort

    def config(self, **changes: Any) -> StageConfig:
        """A stage on these topics."""

    def put(self, partition: int, value: bytes, headers: Headers = ()) -> None:
        """Append to the input, outside any transaction."""

    def read(self, topic: str) -> list[Kept]:
        """Every committed record before any open transaction, partition by partition."""

    def delete_input(self, partition: int, before: int) -> None:
        """Delete the input's records before an offset."""

    def delete_changelog(self, partition: int, before: int) -> None:
        """Delete the changelog's records before an offset."""

    def recreate(self, topic: str) -> None:
        """Delete a topic and create it again with as many partitions."""

    def compact_changelog(self, settled: Callable[[], bool]) -> None:
        """Run the log cleaner over partition 0 of the changelog until `settled`."""

    def evict(self, source: Source) -> None:
        """Let the member's session time out."""

    def time_out(self, sink: Sink) -> None:
        """Let the producer's open transaction time out."""

    def has(self, topic: str, count: int) -> list[Kept]:
        """Read until there are this many records: a commit returns before every reader sees it."""
        found: list[Kept] = []

        def there() -> bool:
            found[:] = self.read(topic)
            return len(found) >= count

        self.until(there)
        return found

    def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until the condition holds. Fails after a while."""


class InMemory(Cluster):
    """The in-memory Kafka."""

    def __init__(self) -> None:
        self.broker = Broker()
        for topic, partitions in TOPICS.items():
            self.broker.create(topic, partitions)
        self.port: KafkaPort = self.broker

    def config(self, **changes: Any) -> StageConfig:
        return config(**changes)

    def put(self, partition: int, value: bytes, headers: Headers = ()) -> None:
        self.broker.put("in", partition, b"k", value, headers)

    def read(self, topic: str) -> list[Kept]:
        return [
            Kept(number, offset, entry.key, entry.value, list(entry.headers))
            for number in range(self.broker.counts[topic])
            for offset, entry in self.broker.logs[topic, number].visible()
        ]

    def delete_input(self, partition: int, before: int) -> None:
        self.broker.logs["in", partition].first = before

    def delete_changelog(self, partition: int, before: int) -> None:
        self.broker.logs["log", partition].first = before

    def recreate(self, topic: str) -> None:
        self.broker.recreate(topic)

    def compact_changelog(self, settled: Callable[[], bool]) -> None:
        self.broker.compact("log", 0)
        assert settled()

    def evict(self, source: Source) -> None:
        assert isinstance(source, MemorySource)
        self.broker.evict(source)

    def time_out(self, sink: Sink) -> None:
        assert isinstance(sink, MemorySink)
        self.broker.time_out(sink)

    def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        assert any(condition() for _ in range(20)), "it never came"
