"""The settings of one stage's runner. All durations are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .errors import OptionRefused
from .records import TopicSpec

# `progress` is where the group had stopped, `committed` is the committed offset, whoever committed
# it, `oldest` and `newest` are the ends of the input log.
StartFrom = Literal["progress", "committed", "oldest", "newest"]

# librdkafka properties, by name.
ClientOptions = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Breaker:
    """Limits of the circuit breaker.

    The runner exits when at least `minimum` and more than a `share` of the last `window` events
    were dead letters.
    """

    window: int = 1000
    share: float = 0.2
    minimum: int = 50


@dataclass(frozen=True, slots=True)
class StageConfig:
    """One stage = one group = one input topic = at most one changelog = one producer."""

    stage: str
    group_id: str
    input_topic: str
    dead_letter_topic: str
    # `<group>-<stage>-<ordinal>`, the same after a restart: with a random id the transaction of a
    # dead pod stays open and blocks every reader. Two pods with one id fence each other.
    transactional_id: str
    changelog_topic: str | None = None
    # The partition count of the internal topics. None accepts what they have.
    partitions: int | None = None
    output_topics: tuple[str, ...] = ()
    # Topics between the stages, and changelogs. State depends on the partition that a key falls
    # into, so their partition count is fixed, and the loss of one is the loss of state.
    internal_topics: frozenset[str] = frozenset()
    # The compacted topic of the ids of the topics that each group has worked with, as it is made if
    # it is missing. None keeps none.
    known_topics: TopicSpec | None = None
    # Where to start if the committed offsets of a group that has read the topic are gone, or were
    # not committed by its stages.
    start_from: StartFrom | None = None
    # The pod's name. A static member does not leave the group on close: it keeps its partitions
    # until its session times out.
    group_instance_id: str | None = None
    engine_version: str = "0"
    # The most events of a transaction: see `batches/batch_size.py`.
    batch_size: int = 10_000
    # How long a batch waits for more records after its first one.
    linger_s: float = 0.005
    # Above the client's request time-out of 30 s, so that one lost request does not end the
    # transaction. Deliveries must time out first.
    transaction_timeout_ms: int = 40_000
    message_timeout_ms: int = 35_000
    # For the retries of one send_offsets, commit or abort; then the runner exits.
    transaction_budget_s: float = 120.0
    # For processing a batch. What is done by then is committed, so that the group is polled.
    batch_budget_s: float = 60.0
    # init_transactions waits until the transaction of a predecessor has ended.
    init_budget_s: float = 300.0
    # For reading the committed offsets in on_assign, which waits for open transactions.
    assign_budget_s: float = 120.0
    session_timeout_ms: int = 45_000
    max_poll_interval_ms: int = 300_000
    max_aborts: int = 20
    try_again_first_s: float = 0.5
    try_again_most_s: float = 30.0
    restore_stall_s: float = 120.0
    # The largest record of a topic whose own limit is not known. A larger output or snapshot makes
    # its event a dead letter. This is the brokers' default.
    max_message_bytes: int = 1_048_588
    # A topic with a smaller limit refuses most records, which is not the fault of a record.
    least_message_bytes: int = 65_536
    breaker: Breaker = Breaker()
    # librdkafka properties of every client (bootstrap.servers, security.*, sasl.*, ssl.*), and of
    # one kind of client only. They may hold passwords, so repr leaves them out.
    kafka: ClientOptions = field(default_factory=dict, repr=False)
    consumer_options: ClientOptions = field(default_factory=dict, repr=False)
    producer_options: ClientOptions = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.batch_size < 1 or self.linger_s < 0:
            raise OptionRefused("batch_size must be at least 1 and linger_s not negative")
        if self.message_timeout_ms >= self.transaction_timeout_ms:
            raise OptionRefused("message_timeout_ms must be below transaction_timeout_ms")
        busy_s = self.batch_budget_s + self.transaction_budget_s
        if busy_s * 1000 >= self.max_poll_interval_ms:
            raise OptionRefused(
                "batch_budget_s + transaction_budget_s must be below max_poll_interval_ms"
            )
        if not 0 < self.breaker.share <= 1 or self.breaker.minimum > self.breaker.window:
            raise OptionRefused("breaker: share in (0, 1] and minimum not above window")
