"""The cluster: topics, groups, transactions. It is also the `KafkaPort` of the tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import Retriable
from stream_edits.engine.ports import (
    Headers,
    Limits,
    Output,
    TopicFacts,
    TopicSettings,
    TopicSpec,
)
from tests.memory_kafka.group import Group
from tests.memory_kafka.log import Entry, Log, Place, Txn
from tests.memory_kafka.reader import MemoryReader
from tests.memory_kafka.sink import MemorySink
from tests.memory_kafka.source import MemorySource


class Broker:
    """A cluster that decides transactions at once. `late` delays their markers."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.ids: dict[str, str] = {}
        self.settings: dict[str, TopicSettings] = {}
        self._next_id = itertools.count(1)
        self.logs: dict[Place, Log] = {}
        self.groups: dict[str, Group] = {}
        self.producers: dict[str, MemorySink] = {}
        self.sinks: list[MemorySink] = []
        self.sources: list[MemorySource] = []
        self.readers: list[MemoryReader] = []
        self.decided: list[Txn] = []
        self.late = False
        # Delayed markers: a position in a log, or None for the group's offsets.
        self.markers: list[tuple[Txn, Place | None]] = []
        self.now_ms = 1_000_000
        # Whether a topic takes a value, whatever its settings say.
        self.refuses: Callable[[str, bytes | None], bool] = lambda topic, value: False

    def create(self, topic: str, partitions: int) -> None:
        """Create a topic."""
        self.counts[topic] = partitions
        self.ids[topic] = f"{topic}-{next(self._next_id)}"
        self.settings.setdefault(topic, TopicSettings("delete", 1_048_588))
        for number in range(partitions):
            self.logs[topic, number] = Log()

    def delete(self, topic: str) -> None:
        """Delete a topic, and the offsets that groups have committed for it."""
        for txn, place in list(self.markers):
            if place is not None and place[0] == topic:
                self.write_marker(self.markers.index((txn, place)))
        for number in range(self.counts.pop(topic)):
            del self.logs[topic, number]
        del self.ids[topic]
        for group in self.groups.values():
            if group.topic == topic:
                group.forget()

    def recreate(self, topic: str) -> None:
        """Delete a topic and create it again: it has the same name and another id."""
        partitions = self.counts[topic]
        self.delete(topic)
        self.create(topic, partitions)

    def grow(self, topic: str, partitions: int) -> None:
        """Add partitions to a topic. The members of its groups are given them at once."""
        for number in range(self.counts[topic], partitions):
            self.logs[topic, number] = Log()
        self.counts[topic] = partitions
        for group in self.groups.values():
            if group.topic == topic:
                group.partitions = partitions
                group.rebalance()

    def put(
        self,
        topic: str,
        partition: int,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        txn: Txn | None = None,
    ) -> int:
        """Append a record, in a transaction if one is given. Returns its offset."""
        self.now_ms += 1
        entry = Entry(key, value, headers, self.now_ms, txn)
        log = self.logs[topic, partition]
        log.append(entry)
        if txn is not None:
            txn.touched.add((topic, partition))
            txn.entries.append(((topic, partition), entry))
        return log.end - 1

    def visible(self, topic: str, partition: int | None = None) -> list[Output]:
        """The records that a read_committed reader sees, partition by partition."""
        numbers = range(self.counts[topic]) if partition is None else [partition]
        return [
            Output(topic, entry.key, entry.value, entry.headers)
            for number in numbers
            for _, entry in self.logs[topic, number].visible()
        ]

    def group(self, config: StageConfig) -> Group:
        """The group of a stage, created on first use."""
        if config.group_id not in self.groups:
            topic = config.input_topic
            self.groups[config.group_id] = Group(topic, self.counts[topic])
        return self.groups[config.group_id]

    # --- members and producers

    def evict(self, source: MemorySource, deaf: int = 0) -> None:
        """Let the member's session time out. The member learns of it after `deaf` more polls."""
        source.deaf = deaf
        self.group(source.config).remove(source.member)

    def time_out(self, sink: MemorySink) -> None:
        """Abort the producer's open transaction as its coordinator does, and fence the producer."""
        if sink.txn is not None and not sink.ended:
            self.finish(sink.txn, "aborted")
            sink.fenced = True

    def finish(self, txn: Txn, state: str) -> None:
        """Decide a transaction. Its markers are written at once, or later in any order (`late`)."""
        txn.state = state
        self.decided.append(txn)
        self.markers += [(txn, place) for place in sorted(txn.touched)]
        if txn.group is not None:
            self.markers.append((txn, None))
        if not self.late:
            self.release_markers()

    def release_markers(self) -> None:
        """Write all delayed markers, and delay none from now on."""
        self.late = False
        while self.markers:
            self.write_marker(0)

    def write_marker(self, number: int) -> None:
        """Write one of the delayed markers."""
        txn, place = self.markers.pop(number % len(self.markers))
        if place is not None:
            self.logs[place].mark(txn, self.now_ms)
        else:
            assert txn.group is not None
            self.groups[txn.group].settle(txn)

    def complete(self, transactional_id: str) -> None:
        """Write the markers of this transactional id, whose producer waits for them."""
        for txn, place in list(self.markers):
            if txn.transactional_id == transactional_id:
                self.write_marker(self.markers.index((txn, place)))

    def compact(self, topic: str, partition: int) -> None:
        """Run the log cleaner over a partition."""
        reading = any(reader.topic == topic for reader in self.readers)
        self.logs[topic, partition].compact(drop_tombstones=not reading)

    # --- KafkaPort

    def source(self, config: StageConfig) -> MemorySource:
        source = MemorySource(self, config, f"member-{len(self.sources):04d}")
        self.sources.append(source)
        return source

    def sink(self, config: StageConfig, limits: Limits | None = None) -> MemorySink:
        sink = MemorySink(self, config)
        self.sinks.append(sink)
        return sink

    def changelog_reader(self, config: StageConfig) -> MemoryReader:
        reader = MemoryReader(self, config)
        self.readers.append(reader)
        return reader

    def topic_facts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicFacts | None]:
        return {
            topic: TopicFacts(self.ids[topic], self.counts[topic]) if topic in self.ids else None
            for topic in topics
        }

    def topic_settings(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicSettings | None]:
        return {topic: self.settings.get(topic) for topic in topics}

    def create_topic(self, config: StageConfig, spec: TopicSpec) -> bool:
        if spec.name in self.ids:
            return False
        self.settings[spec.name] = TopicSettings(spec.cleanup_policy, 1_048_588)
        self.create(spec.name, spec.partitions)
        return True

    def group_members(self, config: StageConfig, timeout_s: float) -> frozenset[str]:
        return frozenset(member.client_id for member in self.group(config).members)

    def newest_values(self, config: StageConfig, topic: str) -> dict[bytes, bytes | None]:
        logs = [self.logs[topic, number] for number in range(self.counts[topic])]
        if any(log.stable_end < log.end for log in logs):
            raise Retriable("_TIMED_OUT")
        return {output.key or b"": output.value for output in self.visible(topic)}
