"""What the engine needs from outside: a stage's processor, and Kafka.

The engine handles bytes only. `engine.kafka` implements the Kafka side with confluent-kafka, and
tests implement it in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from .clock import Clock as Clock
from .config import Breaker as Breaker
from .config import StageConfig as StageConfig

Headers = Sequence[tuple[str, bytes | None]]


class Record(NamedTuple):
    """One record of the input topic, as it was read."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


class Output(NamedTuple):
    """One record to produce. The partition follows from the key (murmur2, like a Java producer).

    `about` is not produced: the stage may attach any object, which the runner passes to
    `on_committed` once the record is committed.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    about: object = None


class StateView(Protocol):
    """The state of the record's partition, after all earlier records."""

    def get(self, key: bytes) -> bytes | None:
        """The value last put, or None."""

    def put(self, key: bytes, value: bytes) -> None:
        """Set a value. Raises ValueError for the reserved key `__progress__`."""

    def delete(self, key: bytes) -> None:
        """Remove a key, if it exists."""


class Processor(Protocol):
    """A stage as the engine sees it."""

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        """Process one record: read and change `state`, return what to produce, in order.

        Must be a pure function of the record and the state: after an abort it is called again with
        the same record. `state` may only be used during the call and the iteration of its result.
        Raises `Undecodable` if the record breaks the contract (dead letter), `TryAgain` if
        something outside is away (the record is retried). Any other exception makes the record a
        dead letter. In each case its changes of the state and its outputs are dropped.
        """


class Undecodable(Exception):
    """The record breaks the contract and becomes a dead letter.

    `error_class` is from a small fixed set, because it becomes a metric label. `message` says what
    is wrong without quoting the record.
    """

    def __init__(self, error_class: str, message: str) -> None:
        super().__init__(error_class)
        self.error_class = error_class
        self.message = message


class TryAgain(Exception):
    """Something outside, such as a schema registry, is away: the record is retried without limit.

    `reason` is logged: a short text without any value of the record.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AssignmentListener(Protocol):
    """Called by `Source.consume` and `Source.close`, in their thread, with partition numbers."""

    def on_assign(self, partitions: Collection[int]) -> None:
        """Must call `Source.assign` with the first offset to read of each partition."""

    def on_revoke(self, partitions: Collection[int]) -> None:
        """The partitions go to other members when this returns. Commits are still allowed."""

    def on_lost(self, partitions: Collection[int]) -> None:
        """Other members own the partitions already: nothing may be committed."""


class Source(Protocol):
    """The member of the consumer group.

    Every call may raise `Retriable` (brokers are away for the moment) or an `EngineStopped`.
    """

    def subscribe(self, listener: AssignmentListener) -> None:
        """Join the group; assignments arrive during `consume`."""

    def consume(self, limit: int, timeout_s: float) -> list[Record]:
        """At most `limit` records, waiting at most `timeout_s` seconds. Raises LostOffset.

        They may include records read before a rebalance that happened inside the call.
        """

    def committed(self, partitions: Collection[int], timeout_s: float) -> dict[int, int | None]:
        """The stable committed offset (next to read) by partition, None if there is none."""

    def low_watermark(self, partition: int, timeout_s: float) -> int:
        """The first offset still in the input log."""

    def cached_high_watermark(self, partition: int) -> int | None:
        """The end of the input log as the client knows it, without a request; None if unknown."""

    def position(self, partition: int) -> int | None:
        """The offset after the last record delivered, without a request; None if unknown."""

    def assign(self, offsets: Mapping[int, int]) -> None:
        """Own exactly these partitions, each from its offset. Only inside on_assign."""

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Move owned partitions. Records fetched earlier are not delivered afterwards."""

    def pause(self, partitions: Collection[int]) -> None:
        """Deliver nothing from these partitions until `resume`."""

    def resume(self, partitions: Collection[int]) -> None:
        """Deliver again from where `pause` interrupted."""

    def group_metadata(self) -> object:
        """The current member and generation, by which `Sink.send_offsets` is fenced."""

    def close(self) -> None:
        """Leave the group. A static member remains in it until its session ends."""


class Sink(Protocol):
    """The transactional producer.

    Calls raise `Retriable` (call again; init, commit and abort resume), `RequiresAbort`, or an
    `EngineStopped`. After `abort` has returned, nothing of the transaction ever becomes visible.
    """

    def init(self) -> None:
        """Fence earlier producers with this transactional id and end their transaction."""

    def begin(self) -> None:
        """Open a transaction."""

    def produce(self, outputs: Iterable[Output]) -> None:
        """Queue records; the partition follows from the key."""

    def produce_at(
        self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes | None]]
    ) -> None:
        """Queue (key, value) records for one partition, in order; None is a tombstone."""

    def send_offsets(self, topic: str, offsets: Mapping[int, int], metadata: object) -> None:
        """Add the next offsets to read, by partition, to the transaction, fenced by `metadata`."""

    def commit(self) -> None:
        """Deliver everything and commit. Raises RequiresAbort if a delivery failed."""

    def abort(self) -> None:
        """Abort the transaction and drop what is queued."""

    def poll(self) -> None:
        """Run the client's callbacks, which otherwise run only while it is used."""

    def close(self) -> None:
        """Free the client without waiting for deliveries."""


class Chunk(NamedTuple):
    """Part of a changelog: (partition, key, value) in order, and the ends that were reached.

    `ends` holds the partitions that were read to their visible end: the offset up to which every
    committed record has been delivered, in this chunk or an earlier one.
    """

    records: list[tuple[int, bytes, bytes | None]]
    ends: dict[int, int]


class ChangelogReader(Protocol):
    """A read_committed reader of the changelog, outside any group."""

    def end_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        """The ends of the logs including open transactions (read_uncommitted). Raises Retriable."""

    def start(self, partitions: Collection[int]) -> None:
        """Read these partitions from their beginning."""

    def consume(self, limit: int, timeout_s: float) -> Chunk:
        """The next records. Raises Retriable, or an EngineStopped."""

    def close(self) -> None:
        """Free the client."""


class KafkaPort(Protocol):
    """Creates the clients of one stage."""

    def source(self, config: StageConfig) -> Source:
        """The group member."""

    def sink(self, config: StageConfig) -> Sink:
        """The transactional producer."""

    def changelog_reader(self, config: StageConfig) -> ChangelogReader:
        """The reader of `config.changelog_topic`."""

    def partition_counts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, int | None]:
        """The number of partitions of each topic, None if it does not exist. Raises Retriable."""


class TopicSpec(NamedTuple):
    """The wanted settings of a topic. `extra` are further ones, such as retention.ms."""

    name: str
    partitions: int
    cleanup_policy: str = "delete"
    replication_factor: int = -1
    extra: Mapping[str, str] = {}
