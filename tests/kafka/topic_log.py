"""The records of every topic of a deployment, read as they grow, and the ends of the topics."""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition

from stream_edits.engine.kafka.headers import headers_of
from tests.kafka.admin import Admin, Place

# Errors while a broker is away; the reader continues by itself.
_AWAY = (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._TIMED_OUT)


class Kept(NamedTuple):
    """One committed record."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp_ms: int


class TopicLog:
    """The records that a read_committed reader sees, by partition and in offset order."""

    def __init__(self, bootstrap: str, topics: Mapping[str, int]) -> None:
        """`topics` holds the number of partitions of each."""
        self._admin = Admin(bootstrap)
        self._bootstrap = bootstrap
        self._consumer = self._reader()
        self.places = [(topic, p) for topic, count in topics.items() for p in range(count)]
        self.records: dict[Place, list[Kept]] = {place: [] for place in self.places}
        self._read_to = dict.fromkeys(self.places, 0)
        self._assign()

    def grow(self, topic: str, total: int) -> None:
        """Read the partitions that were added to a topic, too."""
        for place in ((topic, p) for p in range(total)):
            if place not in self.records:
                self.places.append(place)
                self.records[place], self._read_to[place] = [], 0
        self._assign()

    def read_again(self, topic: str) -> None:
        """Read a topic that was created again from its beginning, and keep what was read before."""
        for place in self.places:
            if place[0] == topic:
                self._read_to[place] = 0
        # The client would remember for minutes that the topic was gone.
        self._consumer.close()
        self._consumer = self._reader()
        self._assign()

    def _reader(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                "group.id": "never-joined",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 50,
            }
        )

    def _assign(self) -> None:
        # Assigned without the leaders, a new client would ask for them half a second later.
        with suppress(KafkaException):
            self._consumer.list_topics(timeout=1)
        self._consumer.assign(
            [TopicPartition(*place, self._read_to[place]) for place in self.places]
        )

    def of(self, *topics: str) -> list[Kept]:
        """The records read so far, partition after partition."""
        return [r for place in self.places if place[0] in topics for r in self.records[place]]

    def read_on(self, seconds: float = 0.2) -> None:
        """Read what is there, for at most this many seconds."""
        for message in self._consumer.consume(2000, seconds):
            place = (message.topic() or "", message.partition() or 0)
            offset = message.offset() or 0
            error = message.error()
            if error is not None:
                assert error.code() in (KafkaError._PARTITION_EOF, *_AWAY), error
                if error.code() == KafkaError._PARTITION_EOF:
                    self._read_to[place] = offset
                continue
            self._read_to[place] = offset + 1
            kept = Kept(
                *place,
                offset,
                message.key(),
                message.value(),
                tuple(headers_of(message)),
                message.timestamp()[1],
            )
            self.records[place].append(kept)

    def read_to_the_end(self, seconds: float = 60.0) -> None:
        """Read everything that is committed now. Fails after a while."""
        ends = self.ends(IsolationLevel.READ_COMMITTED)
        deadline = time.monotonic() + seconds
        while behind := [p for p in self.places if self._read_to[p] < ends[p]]:
            assert time.monotonic() < deadline, f"cannot read to the end of {behind}"
            self.read_on()

    def ends(self, isolation: IsolationLevel) -> dict[Place, int]:
        """The end of each partition: of the log, or of what no open transaction hides."""
        found: dict[Place, int] = self._admin.ask("ends", self.places, isolation.value)
        return found

    def open_transactions(self) -> list[Place]:
        """The partitions in which an open transaction hides records."""
        visible = self.ends(IsolationLevel.READ_COMMITTED)
        return [
            p for p, end in self.ends(IsolationLevel.READ_UNCOMMITTED).items() if visible[p] < end
        ]

    def committed(self, group: str) -> dict[Place, int]:
        """The committed offsets of a consumer group."""
        found: dict[Place, int] = self._admin.ask("committed", group)
        return found

    def processed(self, groups: Mapping[str, str]) -> bool:
        """True if each group has committed past the last record of its topic and nothing changes.

        `groups` holds the topic that each group reads. The ends of all logs are read twice: if they
        are equal, what was read in between held at one moment.
        """
        before = self.ends(IsolationLevel.READ_UNCOMMITTED)
        if before != self.ends(IsolationLevel.READ_COMMITTED):
            return False
        self.read_to_the_end()
        for group, topic in groups.items():
            committed = self.committed(group)
            for place, records in self.records.items():
                if place[0] == topic and records and committed.get(place) != records[-1].offset + 1:
                    return False
        return before == self.ends(IsolationLevel.READ_UNCOMMITTED)

    def members(self, group: str) -> dict[str, set[int]]:
        """The partitions of each member of a group by its client.id; none while it rebalances."""
        found: dict[str, set[int]] = self._admin.ask("members", group)
        return found

    def close(self) -> None:
        """Free the clients while the broker still runs."""
        self._admin.close()
        self._consumer.close()
        del self._consumer
