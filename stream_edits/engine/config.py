"""The settings of one stage's runner. All durations are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import OptionRefused

# librdkafka properties by name.
ClientOptions = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Breaker:
    """The runner exits when, among the last `window` events, at least `minimum` and more than
    `share` of them were dead letters."""

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
    # Stable, `<group>-<stage>-<ordinal>`: a random one leaves a dead pod's transaction open and
    # stalls every reader; two pods with one id fence each other.
    transactional_id: str
    changelog_topic: str | None = None
    # How many partitions input and changelog must have; None takes what the input has.
    partitions: int | None = None
    # Only checked for existence at the start, so that a missing one is not found by time-outs.
    output_topics: tuple[str, ...] = ()
    # The pod's name. A static member does not leave on close: its partitions wait for it until
    # the session times out.
    group_instance_id: str | None = None
    engine_version: str = "0"
    batch_size: int = 2000
    linger_s: float = 0.1
    # Above the client's request time-out (30 s), so that one lost request does not lose the
    # transaction; delivery must fail before it.
    transaction_timeout_ms: int = 40_000
    message_timeout_ms: int = 35_000
    # Retries of one transaction's send_offsets, commit or abort; then the runner exits.
    transaction_budget_s: float = 120.0
    # Stepping a batch stops after this and what is done is committed: time to poll.
    step_budget_s: float = 60.0
    # init_transactions waits for a predecessor's transaction to end.
    init_budget_s: float = 300.0
    # Reading committed offsets inside on_assign waits for pending ones to become stable.
    assign_budget_s: float = 120.0
    session_timeout_ms: int = 45_000
    max_poll_interval_ms: int = 300_000
    max_aborts: int = 20
    try_again_first_s: float = 0.5
    try_again_most_s: float = 30.0
    restore_stall_s: float = 120.0
    # Larger outputs or snapshots make their event a dead letter; the broker's default is 1,048,588.
    max_message_bytes: int = 1_000_000
    breaker: Breaker = Breaker()
    # librdkafka properties of every client (bootstrap.servers, security.*, sasl.*, ssl.*), and
    # tuning of one kind of client only. Any may be a password: they are not shown.
    kafka: ClientOptions = field(default_factory=dict, repr=False)
    consumer_options: ClientOptions = field(default_factory=dict, repr=False)
    producer_options: ClientOptions = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.batch_size < 1 or self.linger_s < 0:
            raise OptionRefused("batch_size must be at least 1 and linger_s not negative")
        if self.message_timeout_ms >= self.transaction_timeout_ms:
            raise OptionRefused("message_timeout_ms must be below transaction_timeout_ms")
        busy_s = self.step_budget_s + self.transaction_budget_s
        if busy_s * 1000 >= self.max_poll_interval_ms:
            raise OptionRefused(
                "step_budget_s + transaction_budget_s must be below max_poll_interval_ms"
            )
        if not 0 < self.breaker.share <= 1 or self.breaker.minimum > self.breaker.window:
            raise OptionRefused("breaker: share in (0, 1] and minimum not above window")
