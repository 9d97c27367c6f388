"""The settings: a field for each, with its default, limits and meaning."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from .values import Conflict, Instance, KafkaOptions, Name, RegistryOptions, RegistryUrl, Table

# In days: what must be shown of a paid claim for longest (42 CFR 438.3(u)).
TEN_YEARS = 3_653


class Topics(Table):
    """The names of all topics."""

    events: Name = Field("claims.events", description="Incoming claims.")
    reviews: Name = Field(
        "claims.edits.reviews", description="What people decided on held or denied claims."
    )
    by_member: Name = Field("claims.edits.by-member", description="Intake and review to encounter.")
    by_supervisor: Name = Field(
        "claims.edits.by-supervisor", description="Encounter to supervision."
    )
    pass_: Name = Field("claims.edits.pass", alias="pass", description="Decisions to pay.")
    pend: Name = Field(
        "claims.edits.pend",
        description="Decisions that wait for a document, a person or another claim.",
    )
    deny: Name = Field("claims.edits.deny", description="Decisions not to pay.")
    dead_letter: Name = Field(
        "claims.edits.dead-letter", description="Records no stage can process, untouched."
    )
    redriven: Name = Field(
        "claims.edits.redriven", description="Which dead letters were redriven; compacted."
    )
    known_topics: Name = Field(
        "claims.edits.known-topics",
        description="Which topics each stage has worked with, by id; compacted.",
    )
    encounter_state: Name = Field(
        "claims.edits.encounter-state", description="Changelog of the encounter stage; compacted."
    )
    supervision_state: Name = Field(
        "claims.edits.supervision-state",
        description="Changelog of the supervision stage; compacted.",
    )

    def evidence(self) -> tuple[str, ...]:
        """The topics that show what was billed and decided: they must be kept for years."""
        return (self.events, self.reviews, self.pass_, self.pend, self.deny)

    def by_key(self) -> dict[str, str]:
        """Every topic's name, by the key it has in the settings."""
        return self.model_dump(by_alias=True)


class Settings(Table):
    """Every setting that an operator may change."""

    bootstrap_servers: str = Field(
        "localhost:9092", min_length=1, description="Kafka brokers to start from, host:port,…"
    )
    kafka: KafkaOptions = Field(
        default_factory=dict,
        description="Any other librdkafka option of the clients, e.g. `sasl.mechanism`. In a "
        "variable's name in capitals with `_` for `.`: `STREAM_EDITS_KAFKA__SASL_MECHANISM`.",
    )
    schema_registry_url: RegistryUrl | None = Field(
        None, description="Confluent-compatible schema registry; without one the packaged schemas."
    )
    schema_registry: RegistryOptions = Field(
        default_factory=dict,
        description="Options of the registry's client, e.g. `basic.auth.user.info`; named as "
        "those under `kafka`.",
    )
    group_prefix: Name = Field(
        "stream-edits", description="Consumer groups are named `<group_prefix>-<stage>`."
    )
    instance: Instance = Field(
        0,
        description="Which of several processes of a stage this is: a number, or a pod's name "
        "that ends in one. Unless given, the number at the end of HOSTNAME, else 0. No two may "
        "share it.",
    )
    static_membership: bool = Field(
        False,
        description="Keep partitions over a restart within the session timeout; a process that "
        "ends for good is then replaced only after that timeout. The workers of `run --processes` "
        "have it unless it is set.",
    )
    topics: Topics = Field(default_factory=Topics, description="Names of the topics.")
    partitions: int = Field(
        6,
        ge=1,
        le=10_000,
        description="Partitions of each topic that `topics create` makes. Those between the stages "
        "are fixed and checked at every start; those of the claims and reviews may grow.",
    )
    replication_factor: int = Field(
        3, ge=1, le=32_767, description="Copies of every topic `topics create` makes."
    )
    policy: Path | None = Field(None, description="A file that overlays the packaged policy.")
    edits: Path | None = Field(
        None, description="A folder with the plan's own edits, YAML alone (docs/first-edit.md)."
    )
    rollup: Literal["standard", "strict"] = Field(
        "standard", description="`strict`: one denied line denies the claim."
    )
    # Four years: longer than a claim can be corrected or its payment be recovered.
    retention_days: int = Field(
        1461,
        ge=30,
        le=36_525,
        description="Days, in the time of events, that a claim or a supervisor's time is "
        "remembered after its newest event. Must exceed the time in which a claim may be sent, "
        "corrected or voided: a claim that arrives later is treated as new.",
    )
    evidence_retention_days: int | None = Field(
        None,
        ge=30,
        le=36_525,
        description="Days that the topics of claims, reviews and decisions keep every record. "
        "`topics create` makes them so, and `topics check` fails when they keep less. Unless "
        "given, they are made without a limit, and must keep ten years (3653 days) at least.",
    )
    start_from: Literal["progress", "committed", "oldest", "newest"] | None = Field(
        None,
        description="Where to start when the committed offsets of a group have expired or were "
        "deleted: where it had stopped, or at an end of its topic. When they were set by hand or "
        "committed by another program: where it had stopped, or at what is committed. Without it "
        "the stage stops. A new intake or review starts at that end, the other stages always at "
        "the oldest record. Partitions that are added later are read from their beginning. "
        "`run --from` sets it once.",
    )
    batch_size: int = Field(
        10_000,
        ge=1,
        le=100_000,
        description="Most events in a transaction. A slow stage takes fewer by itself: as many as "
        "it processes in 0.4 s, but at least 500 (or `batch_size` if that is less).",
    )
    linger_ms: int = Field(
        5,
        ge=0,
        le=10_000,
        description="How long a transaction waits for more records after its first one.",
    )
    session_timeout_ms: int = Field(
        45_000,
        ge=1_000,
        le=1_800_000,
        description="A process without heartbeats for this long loses its partitions.",
    )
    max_poll_interval_ms: int = Field(
        300_000,
        ge=200_000,
        le=86_400_000,
        description="Longest time for one batch; its retries take up to 180 s.",
    )
    transaction_timeout_ms: int = Field(
        40_000,
        ge=36_000,
        le=900_000,
        description="The broker aborts a transaction open for longer. At most the broker's "
        "`transaction.max.timeout.ms`.",
    )
    restore_stall_seconds: float = Field(
        120.0,
        gt=0,
        le=86_400,
        description="Shut down when restoring state makes no progress for this long.",
    )
    breaker_share: float = Field(
        0.2,
        gt=0,
        le=1,
        description="Shut down when more than this share of events are dead letters…",
    )
    breaker_window: int = Field(
        1_000, ge=1, le=1_000_000, description="… among this many of the last events …"
    )
    breaker_minimum: int = Field(
        50, ge=1, le=1_000_000, description="… and at least this many of them are."
    )
    http_host: str = Field(
        "0.0.0.0", min_length=1, description="Address of /metrics and the health checks."
    )
    http_port: int = Field(9464, ge=0, le=65_535, description="Their port; 0 takes a free one.")
    log_format: Literal["console", "json"] = Field("console", description="How log lines look.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe lines logged."
    )

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        if self.breaker_minimum > self.breaker_window:
            raise Conflict(("breaker_minimum",), "should not be above breaker_window")
        if self.session_timeout_ms > self.max_poll_interval_ms:
            raise Conflict(("session_timeout_ms",), "should not be above max_poll_interval_ms")
        kept = self.evidence_retention_days
        if kept is not None and kept < self.retention_days:
            # A rebuild from the claims must find every claim that is remembered.
            raise Conflict(("evidence_retention_days",), "should not be below retention_days")
        if self.schema_registry and self.schema_registry_url is None:
            raise Conflict(("schema_registry_url",), "is needed for the schema_registry options")
        seen: dict[str, str] = {}
        for key, name in self.topics.by_key().items():
            if name in seen:
                raise Conflict(("topics", key), f"should differ from topics.{seen[name]}")
            seen[name] = key
        return self

    @property
    def evidence_days(self) -> int:
        """The days that claims, reviews and decisions must be kept at least."""
        return self.evidence_retention_days or max(TEN_YEARS, self.retention_days)

    def group_id(self, stage: str) -> str:
        """The consumer group of a stage."""
        return f"{self.group_prefix}-{stage}"

    def transactional_id(self, stage: str) -> str:
        """The producer's id: the same after a restart, so that the broker fences the old one."""
        return f"{self.group_prefix}-{stage}-{self.instance}"

    def group_instance_id(self, stage: str) -> str | None:
        """The static member's id, or None for a dynamic member."""
        return self.transactional_id(stage) if self.static_membership else None

    def kafka_options(self) -> dict[str, str]:
        """The options of every Kafka client, with credentials in clear text: never log them."""
        return {"bootstrap.servers": self.bootstrap_servers, **_revealed(self.kafka)}

    def registry_options(self) -> dict[str, str]:
        """The options of the registry's client, credentials in clear text; empty without one."""
        if self.schema_registry_url is None:
            return {}
        return {"url": self.schema_registry_url, **_revealed(self.schema_registry)}


def _revealed(options: dict[str, SecretStr]) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in options.items()}
