"""What the engine asks of the outside: of a stage's processor, and of Kafka.

The engine knows bytes only. `engine.kafka` implements the Kafka side with confluent-kafka; tests
implement it in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from .config import Breaker as Breaker
from .config import StageConfig as StageConfig

Headers = Sequence[tuple[str, bytes | None]]


class Record(NamedTuple):
    """One record of the input topic, as read."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


class Output(NamedTuple):
    """One record to produce. The partition follows from the key (murmur2, as Java's).

    `about` is the stage's own note, not produced: the runner hands it back once it is committed.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    about: object = None


class StateView(Protocol):
    """The state of the record's partition, as it is after every earlier record."""

    def get(self, key: bytes) -> bytes | None:
        """The value last put, or None."""

    def put(self, key: bytes, value: bytes) -> None:
        """Set a value. Raises ValueError for the reserved key `__progress__`."""

    def delete(self, key: bytes) -> None:
        """Forget a key; it is no error if there is none."""


class Processor(Protocol):
    """A stage seen from the engine."""

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        """Step one record: read and change `state`, return what to produce, in order.

        Must be a pure function of the record and the state: after an abort the same record comes
        again. `state` may be used during the call (and its iteration) only. Raises `Undecodable`
        if the record breaks the contract (dead letter), `TryAgain` if something outside is away
        (the record is retried). Any other exception makes the record a dead letter; in each case
        what it did to the state is undone and its outputs are dropped.
        """


class Undecodable(Exception):
    """The record breaks the contract and becomes a dead letter.

    `error_class` is from a small fixed set (it becomes a metric label), `message` says what is
    wrong without quoting the record.
    """

    def __init__(self, error_class: str, message: str) -> None:
        super().__init__(error_class)
        self.error_class = error_class
        self.message = message


class TryAgain(Exception):
    """Something outside (a schema registry) is away: the record is retried, never dead-lettered.

    `reason` is logged: a short text without any value of the record.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AssignmentListener(Protocol):
    """Called by `Source.consume` and `Source.close`, in their thread, with partition numbers."""

    def on_assign(self, partitions: Collection[int]) -> None:
        """Must call `Source.assign` with the offset to start each partition at."""

    def on_revoke(self, partitions: Collection[int]) -> None:
        """The partitions go to others when this returns; committing is still allowed."""

    def on_lost(self, partitions: Collection[int]) -> None:
        """The partitions are already others': nothing may be committed."""


class Source(Protocol):
    """The member of the consumer group.

    Every call may raise `Retriable` (away for the moment) or an `EngineStopped`.
    """

    def subscribe(self, listener: AssignmentListener) -> None:
        """Join the group; assignments arrive during `consume`."""

    def consume(self, limit: int, timeout_s: float) -> list[Record]:
        """At most `limit` records, waiting at most `timeout_s` for them. Raises LostOffset.

        Records read before a rebalance that happened inside the call may be among them.
        """

    def committed(self, partitions: Collection[int], timeout_s: float) -> dict[int, int | None]:
        """The stable committed offset (next to read) of each partition, None if there is none."""

    def low_watermark(self, partition: int, timeout_s: float) -> int:
        """The first offset still in the input log."""

    def cached_high_watermark(self, partition: int) -> int | None:
        """The end of the input log as last heard, without asking; None if never heard."""

    def position(self, partition: int) -> int | None:
        """The offset after the last record delivered, without asking; None if unknown."""

    def assign(self, offsets: Mapping[int, int]) -> None:
        """Own exactly these partitions, each from its offset. Only inside on_assign."""

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Move owned partitions; nothing read earlier is delivered afterwards."""

    def pause(self, partitions: Collection[int]) -> None:
        """Deliver nothing from these until `resume`."""

    def resume(self, partitions: Collection[int]) -> None:
        """Go on delivering where `pause` stopped."""

    def group_metadata(self) -> object:
        """Member and generation as of now: the fence of `Sink.send_offsets`."""

    def close(self) -> None:
        """Leave the group (a static member stays until its session ends)."""


class Sink(Protocol):
    """The transactional producer.

    Calls raise `Retriable` (call again: init, commit and abort resume), `RequiresAbort`, or an
    `EngineStopped`. After `abort` returned, nothing of the transaction is or will be visible.
    """

    def init(self) -> None:
        """Fence predecessors of the same transactional id and end their transaction."""

    def begin(self) -> None:
        """Open a transaction."""

    def produce(self, outputs: Iterable[Output]) -> None:
        """Queue records; the partition follows from the key."""

    def produce_at(
        self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes | None]]
    ) -> None:
        """Queue (key, value) records to one partition, in order; a None value is a tombstone."""

    def send_offsets(self, topic: str, offsets: Mapping[int, int], metadata: object) -> None:
        """Make the next offsets to read part of the transaction, fenced by `metadata`."""

    def commit(self) -> None:
        """Deliver everything and commit; RequiresAbort if any delivery failed."""

    def abort(self) -> None:
        """Abort. Reports of records purged by it are no delivery failures."""

    def poll(self) -> None:
        """Let the client report, which it otherwise does only while it is used."""

    def close(self) -> None:
        """Free the client, without waiting for anything undelivered."""


class Chunk(NamedTuple):
    """Part of a changelog: (partition, key, value) in order, and where an end was reached.

    `ends` maps a partition to the offset up to which everything committed has been delivered in
    this or earlier chunks, if the end of what is visible was reached.
    """

    records: list[tuple[int, bytes, bytes | None]]
    ends: dict[int, int]


class ChangelogReader(Protocol):
    """A read_committed reader of the changelog, outside any group."""

    def end_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        """The log ends *including open transactions* (read_uncommitted). Raises Retriable."""

    def start(self, partitions: Collection[int]) -> None:
        """Read these partitions from their beginning."""

    def consume(self, limit: int, timeout_s: float) -> Chunk:
        """The next records. Raises Retriable, or an EngineStopped."""

    def close(self) -> None:
        """Free the client."""


class KafkaPort(Protocol):
    """Makes the clients of one stage."""

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


class Clock(Protocol):
    """Time, so that tests can own it."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def wall(self) -> float:
        """Unix time in seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait; never long, so that stop() is heard."""


class TopicSpec(NamedTuple):
    """A topic as it should be. `extra` are further topic settings, e.g. retention.ms."""

    name: str
    partitions: int
    cleanup_policy: str = "delete"
    replication_factor: int = -1
    extra: Mapping[str, str] = {}
