"""What Kafka holds: every topic of a deployment, read on as it grows, and where its ends are."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple, TypeVar

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka._model import ConsumerGroupTopicPartitions
from confluent_kafka.admin import AdminClient, OffsetSpec

Place = tuple[str, int]
T = TypeVar("T")

_TRIES = 20
_ANSWER_S = 15.0
# A new broker makes the topic of the groups when it is first asked for one, which takes a while.
_NO_GROUP_YET = (
    KafkaError.GROUP_ID_NOT_FOUND,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.NOT_COORDINATOR,
    KafkaError._TIMED_OUT,
)
# News of a broker that is away for a while; the reader goes on by itself.
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
    """All that a read_committed reader sees of some topics, by partition and in offset order."""

    def __init__(self, bootstrap: str, topics: Mapping[str, int]) -> None:
        """`topics` gives the number of partitions of each."""
        self._bootstrap = bootstrap
        # Those that did not answer are kept: to free one may take as long.
        self._admins = [AdminClient({"bootstrap.servers": bootstrap})]
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "never-joined",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 50,
            }
        )
        self.places = [(topic, p) for topic, count in topics.items() for p in range(count)]
        self.records: dict[Place, list[Kept]] = {place: [] for place in self.places}
        self._read_to = dict.fromkeys(self.places, 0)
        self._consumer.assign([TopicPartition(topic, p, 0) for topic, p in self.places])

    def of(self, *topics: str) -> list[Kept]:
        """The records read so far, partition after partition."""
        return [r for place in self.places if place[0] in topics for r in self.records[place]]

    def read_on(self, seconds: float = 0.2) -> None:
        """Take what is there, waiting at most that long for it."""
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
                tuple(message.headers() or ()),  # type: ignore[arg-type]
                message.timestamp()[1],
            )
            self.records[place].append(kept)

    def read_to_the_end(self, seconds: float = 30.0) -> None:
        """Read everything that is committed now. Fails when it does not come."""
        ends = self.ends(IsolationLevel.READ_COMMITTED)
        deadline = time.monotonic() + seconds
        while behind := [p for p in self.places if self._read_to[p] < ends[p]]:
            assert time.monotonic() < deadline, f"cannot read to the end of {behind}"
            self.read_on()

    def ends(self, isolation: IsolationLevel) -> dict[Place, int]:
        """The end of each partition: of all, or of what no open transaction hides."""
        asked = {TopicPartition(*place): OffsetSpec.latest() for place in self.places}  # type: ignore[no-untyped-call]

        def ends(admin: AdminClient) -> dict[Place, int]:
            answers = admin.list_offsets(asked, isolation_level=isolation, request_timeout=10)
            return {
                (place.topic, place.partition): answer.result(_ANSWER_S).offset
                for place, answer in answers.items()
            }

        return self._ask(ends)

    def _ask(self, question: Callable[[AdminClient], T]) -> T:
        """Ask again when a broker has just come back: a client would ask by what it knew before,
        and may never be answered."""
        for _ in range(_TRIES):
            with suppress(KafkaException, TimeoutError):
                return question(self._admins[-1])
            time.sleep(0.5)
            self._admins.append(AdminClient({"bootstrap.servers": self._bootstrap}))
        return question(self._admins[-1])

    def open_transactions(self) -> list[Place]:
        """The partitions in which an open transaction hides records."""
        visible = self.ends(IsolationLevel.READ_COMMITTED)
        return [
            p for p, end in self.ends(IsolationLevel.READ_UNCOMMITTED).items() if visible[p] < end
        ]

    def committed(self, group: str) -> dict[Place, int]:
        """The offsets a consumer group has committed; none while a new broker cannot tell."""
        question = [ConsumerGroupTopicPartitions(group)]

        def committed(admin: AdminClient) -> dict[Place, int]:
            answer = admin.list_consumer_group_offsets(question, request_timeout=10)
            try:
                places = answer[group].result(_ANSWER_S).topic_partitions
            except KafkaException as failure:
                if failure.args[0].code() in _NO_GROUP_YET:
                    return {}
                raise
            return {(p.topic, p.partition): p.offset for p in places if p.offset >= 0}

        return self._ask(committed)

    def processed(self, groups: Mapping[str, str]) -> bool:
        """Whether each group has committed past the last record of its topic, and all is at rest.

        `groups` gives the topic that each group reads. What was true between two equal looks at
        the ends of all logs was true at one moment.
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
        described = self._admins[-1].describe_consumer_groups([group], request_timeout=2)
        try:
            answer = described[group].result(_ANSWER_S)
        except TimeoutError:
            return {}
        except KafkaException as failure:
            if failure.args[0].code() in _NO_GROUP_YET:
                return {}
            raise
        if answer.state is not ConsumerGroupState.STABLE:
            return {}
        members: dict[str, set[int]] = {}
        for member in answer.members:
            places = {place.partition for place in member.assignment.topic_partitions}
            members.setdefault(member.client_id, set()).update(places)
        return members

    def close(self) -> None:
        """Free the clients while the broker is there."""
        self._consumer.close()
        del self._admins, self._consumer
