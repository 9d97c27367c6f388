"""What the engine needs from outside: a stage's processor, and Kafka.

The engine handles bytes only. `engine.kafka` implements the Kafka side with confluent-kafka, and
tests implement it in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from .clock import Clock as Clock
from .config import Breaker as Breaker
from .config import StageConfig as StageConfig
from .records import UNREADABLE_HEADERS as UNREADABLE_HEADERS
from .records import Chunk as Chunk
from .records import Committed as Committed
from .records import Headers as Headers
from .records import Output as Output
from .records import Record as Record
from .records import TopicFacts as TopicFacts
from .records import TopicSettings as TopicSettings
from .records import TopicSpec as TopicSpec
from .records import Watermarks as Watermarks
from .sizes import Limits as Limits


class StateView(Protocol):
    """The state of the record's partition, after all earlier records."""

    def get(self, key: bytes) -> bytes | None:
        """The value last put, or None."""

    def put(self, key: bytes, value: bytes) -> None:
        """Set a value. Raises ValueError for the reserved key `__progress__`."""

    def delete(self, key: bytes) -> None:
        """Remove a key, if it exists."""

    def note_size(self, items: int) -> None:
        """Say how many items the largest key has that the record touched, for a gauge."""


class Processor(Protocol):
    """A stage as the engine sees it."""

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        """Process one record: read and change `state`, return what to produce, in order.

        Must be a pure function of the record and the state: after an abort it is called again with
        the same record. `state` may only be used during the call and the iteration of its result.
        Raises `Undecodable` (dead letter) or `TryAgain` (the record is retried). Any other
        exception makes a dead letter. The changes of the state and the outputs are then dropped.
        """


class Undecodable(Exception):
    """The record breaks the contract and becomes a dead letter.

    `error_class` is a metric label from a small fixed set. `message` quotes no value. Without
    `feeds_breaker` the record only comes too late.
    """

    def __init__(self, error_class: str, message: str, feeds_breaker: bool = True) -> None:
        super().__init__(error_class)
        self.error_class = error_class
        self.message = message
        self.feeds_breaker = feeds_breaker


class TryAgain(Exception):
    """Something outside is away: the record is retried. `reason`, which is logged, has no value."""

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
        """Join the group; assignments arrive during `consume`. A second call joins again."""

    def join_as_new_member(self, listener: AssignmentListener) -> None:
        """Leave the group, and join it as a new member. Raises FatalClientError if that hangs."""

    def consume(self, limit: int, timeout_s: float) -> list[Record]:
        """At most `limit` records, read before or after a rebalance in the call. Raises LostOffset.

        Waits `timeout_s` for the first, then takes what is there or comes within the linger.
        """

    def committed(
        self, partitions: Collection[int], timeout_s: float
    ) -> dict[int, Committed | None]:
        """The stable committed offset by partition, None if there is none."""

    def watermarks(self, partition: int, timeout_s: float) -> Watermarks:
        """The first offset still in the input log, and its end."""

    def cached_high_watermark(self, partition: int) -> int | None:
        """The end of the input log as the client knows it, without a request; None if unknown."""

    def position(self, partition: int) -> int | None:
        """The offset after the last record delivered, without a request; None if unknown."""

    def assign(self, offsets: Mapping[int, int]) -> None:
        """Own exactly these partitions, each from its offset, none paused. Only in on_assign."""

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

    def send_offsets(
        self, topic: str, topic_id: str | None, offsets: Mapping[int, int], metadata: object
    ) -> None:
        """Add the next offsets to read, by partition, to the transaction, fenced by `metadata`, and
        store `topic_id` with each."""

    def commit(self) -> None:
        """Deliver everything and commit. Raises RequiresAbort if a delivery failed."""

    def abort(self) -> None:
        """Abort the transaction and drop what is queued."""

    def poll(self) -> None:
        """Run the client's callbacks, which otherwise run only while it is used."""

    def close(self) -> None:
        """Free the client without waiting for deliveries."""


class StateWatch(Protocol):
    """Follows the committed state of the partitions that a runner owns, to measure it."""

    def opened(self, partition: int, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """The whole state of a partition that is owned from now on, restored."""

    def changing(
        self,
        partition: int,
        changes: Mapping[bytes, bytes | None],
        before: Callable[[bytes], bytes | None],
    ) -> None:
        """Changes that were committed, None for a deletion; `before` has the values until now."""

    def closed(self, partition: int) -> None:
        """The partition is no longer owned."""


class ChangelogReader(Protocol):
    """A read_committed reader of the changelog, outside any group."""

    def end_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        """The ends of the logs including open transactions (read_uncommitted). Raises Retriable."""

    def first_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        """The first offsets of the logs; above 0 if records were deleted. Raises Retriable."""

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

    def sink(self, config: StageConfig, limits: Limits) -> Sink:
        """The transactional producer, for records within these limits."""

    def changelog_reader(self, config: StageConfig) -> ChangelogReader:
        """The reader of `config.changelog_topic`."""

    def topic_facts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicFacts | None]:
        """Each topic as it is now, None if it does not exist. Raises Retriable."""

    def topic_settings(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicSettings | None]:
        """The settings of each topic, None if they may not be read. Raises Retriable."""

    def create_topic(self, config: StageConfig, spec: TopicSpec) -> bool:
        """Create a topic if there is none and we may. True if it was. Raises Retriable."""

    def group_members(self, config: StageConfig, timeout_s: float) -> frozenset[str]:
        """The client.id of each member of the group, also while it rebalances. Raises Retriable."""

    def newest_values(self, config: StageConfig, topic: str) -> dict[bytes, bytes | None]:
        """The newest committed value of each key of a small compacted topic. Raises Retriable."""
