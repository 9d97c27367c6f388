"""The values that the engine and Kafka exchange: records, offsets, topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

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


# In place of headers that the client cannot decode, because a name in them is not UTF-8. It is
# compared by identity.
UNREADABLE_HEADERS: Headers = []


class Committed(NamedTuple):
    """A committed offset (next to read), and the id of the topic that it was committed for.

    `topic_id` is None if none was written with it, as with an offset that was set by hand.
    """

    offset: int
    topic_id: str | None


class Watermarks(NamedTuple):
    """The first offset in the input log, and its end."""

    low: int
    high: int


class TopicFacts(NamedTuple):
    """A topic as it is now. `id` differs after it was deleted and created again (KIP-516).

    It is None if the brokers do not tell it.
    """

    id: str | None
    partitions: int


class TopicSettings(NamedTuple):
    """Settings of a topic. `max_message_bytes` limits a record as it is sent, in bytes."""

    cleanup_policy: str
    max_message_bytes: int


class Chunk(NamedTuple):
    """Part of a changelog: (partition, key, value) in order, and the ends that were reached.

    `ends` holds the partitions that were read to their visible end: the offset up to which every
    committed record has been delivered, in this chunk or an earlier one. `read_to` is the offset
    after the last record of each partition in this chunk.
    """

    records: list[tuple[int, bytes, bytes | None]]
    ends: dict[int, int]
    read_to: dict[int, int]


class TopicSpec(NamedTuple):
    """The wanted settings of a topic. `at_least` has those that may be larger: max.message.bytes.

    With `any_partitions`, an existing topic may have any number of partitions. `kept_days` is how
    long at least it must keep every record. A new topic gets `initial`, which an existing one may
    have otherwise.
    """

    name: str
    partitions: int
    cleanup_policy: str = "delete"
    replication_factor: int = -1
    at_least: Mapping[str, str] = {}
    any_partitions: bool = False
    kept_days: int | None = None
    initial: Mapping[str, str] = {}
