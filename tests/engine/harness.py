"""What the engine's tests share: a fake clock, a processor that counts, a small cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from stream_edits.engine.membership.partitions import Partitions
from stream_edits.engine.ports import (
    Breaker,
    Output,
    Record,
    StageConfig,
    StateView,
    TopicSettings,
    TopicSpec,
    TryAgain,
    Undecodable,
)
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics
from tests.memory_kafka.broker import Broker
from tests.memory_kafka.calls import InterceptedPort
from tests.memory_kafka.script import Script


class FakeClock:
    """Time that passes only in `sleep`."""

    def __init__(self) -> None:
        self.time_s = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.time_s

    def wall(self) -> float:
        return self.time_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time_s += seconds


class Counter:
    """Counts by key, so that its outputs show the order and the repetition of events.

    The value of a record makes it do more: b"raise", b"bad", b"late", b"delete", b"reserved",
    b"away" (while `away`), b"huge".
    """

    def __init__(self) -> None:
        self.away = False
        self.seen: list[tuple[int, int]] = []
        # Called once, in the middle of the next event.
        self.meanwhile: Callable[[], None] | None = None

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        self.seen.append((record.partition, record.offset))
        if self.meanwhile is not None:
            happen, self.meanwhile = self.meanwhile, None
            happen()
        key = record.key or b""
        count = int(state.get(key) or b"0") + 1
        state.put(key, b"%d" % count)
        yield Output("out", key, b"%s:%d" % (record.value or b"", count))
        if record.value == b"raise":
            raise RuntimeError("member 12345 is secret")
        if record.value == b"bad":
            raise Undecodable("BadFrame", "the first byte is not the magic byte")
        if record.value == b"late":
            raise Undecodable("Late", "what it was about has changed", feeds_breaker=False)
        if record.value == b"delete":
            state.delete(key)
        if record.value == b"reserved":
            state.put(b"__progress__", b"1")
        if record.value == b"huge":
            state.put(key, b"x" * 2000)
        if record.value == b"away" and self.away:
            raise TryAgain("schema registry")


def config(**changes: Any) -> StageConfig:
    """A stage `count` that reads `in`, writes `out`, with changelog `log`."""
    settings: dict[str, Any] = {
        "stage": "count",
        "group_id": "g",
        "input_topic": "in",
        "changelog_topic": "log",
        "dead_letter_topic": "dead",
        "transactional_id": "g-count-0",
        "engine_version": "1.2",
        "output_topics": ("out",),
        "internal_topics": frozenset({"in", "log"}),
        "known_topics": TopicSpec("known", 1, "compact"),
        "least_message_bytes": 500,
        "breaker": Breaker(window=1000, share=1.0, minimum=1000),
    }
    return StageConfig(**{**settings, **changes})


class Cluster(Broker, Script):
    """A broker that records the calls made to it, and fails those that a test chooses."""

    def __init__(self) -> None:
        Broker.__init__(self)
        Script.__init__(self)


def cluster(partitions: int = 2) -> Cluster:
    """A broker with the topics of `config()`."""
    broker = Cluster()
    broker.create("in", partitions)
    broker.create("log", partitions)
    for topic in ("out", "dead", "known"):
        broker.create(topic, 1)
    broker.settings["log"] = TopicSettings("compact", 1000)
    broker.settings["known"] = TopicSettings("compact", 1000)
    return broker


class Stage:
    """A runner on a fake broker, run round by round."""

    def __init__(self, broker: Cluster, processor: Counter | None = None, **changes: Any) -> None:
        self.broker = broker
        self.clock = FakeClock()
        self.processor = processor if processor is not None else Counter()
        self.metrics = Metrics()
        self.config = config(**changes)
        port = InterceptedPort(broker, broker)
        self.runner = StageRunner(self.config, self.processor, port, self.metrics, self.clock)

    def start(self, turns: int = 20) -> Stage:
        """Start, and run rounds until ready."""
        self.runner.start()
        return self.until_ready(turns)

    def until_ready(self, turns: int = 20) -> Stage:
        """Run rounds until ready."""
        for _ in range(turns):
            if self.runner.ready:
                return self
            self.runner.run_round()
        assert self.runner.ready, "never ready"
        return self

    def run_rounds(self, times: int = 1) -> None:
        for _ in range(times):
            self.runner.run_round()

    def store(self, partition: int) -> dict[bytes, bytes]:
        """The committed state of a partition in memory."""
        return self.partitions.owned[partition].store.snapshot()

    @property
    def partitions(self) -> Partitions:
        """The partitions of the runner."""
        assert self.runner._member is not None
        return self.runner._member.partitions

    def sample(self, name: str, **labels: str) -> float | None:
        """The value of a metric."""
        return self.metrics.registry.get_sample_value(
            f"stream_edits_{name}", {"stage": "count", **labels}
        )


def outputs(broker: Broker) -> list[bytes]:
    """The committed outputs in order."""
    return [output.value or b"" for output in broker.visible("out")]
