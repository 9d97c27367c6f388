"""Every call of the engine to Kafka, found by reflection over the ports, and a `KafkaPort` that
passes each of them to an interceptor."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple, Protocol, cast

from stream_edits.engine.config import StageConfig
from stream_edits.engine.ports import (
    ChangelogReader,
    KafkaPort,
    Limits,
    Sink,
    Source,
    TopicFacts,
    TopicSettings,
    TopicSpec,
)
from tests.memory_kafka.broker import Broker

# The brokers' default for every topic.
LIMITS = Limits(1_048_588)


class Call(NamedTuple):
    """One call of a port, e.g. `sink.commit`."""

    port: type
    method: str

    @property
    def name(self) -> str:
        """The method's name, with the port's name if another port has a method of this name."""
        return _NAMES.get((self.port, self.method), self.method)


_NAMES: dict[tuple[type, str], str] = {
    (Source, "close"): "consumer_close",
    (Sink, "close"): "producer_close",
    (ChangelogReader, "close"): "reader_close",
    (ChangelogReader, "consume"): "read_changelog",
}


def calls_of(port: type) -> list[Call]:
    """The public methods that a Protocol declares."""
    return [
        Call(port, name)
        for name, member in vars(port).items()
        if callable(member) and not name.startswith("_")
    ]


CALLS = [call for port in (KafkaPort, Source, Sink, ChangelogReader) for call in calls_of(port)]
CALL_NAMES = [call.name for call in CALLS]
assert len(set(CALL_NAMES)) == len(CALL_NAMES), "two calls of one name: add one to _NAMES"


class Interceptor(Protocol):
    """Called before and after every call. What it raises, the call raises."""

    def before(self, call: str, client: object, detail: object) -> None:
        """Before the call has any effect. `detail` is its first argument."""

    def after(self, call: str, client: object) -> None:
        """After the effect of the call. If this raises, the caller does not learn of the effect."""


class _Intercepted:
    """A client whose calls are intercepted."""

    def __init__(self, client: Any, interceptor: Interceptor) -> None:
        self._client = client
        self._interceptor = interceptor


def _method(call: Call) -> Callable[..., Any]:
    name = call.name

    def method(self: _Intercepted, *arguments: Any, **named: Any) -> Any:
        client = self._client
        self._interceptor.before(name, client, arguments[0] if arguments else None)
        result = getattr(client, call.method)(*arguments, **named)
        self._interceptor.after(name, client)
        return result

    return method


def _class(port: type) -> type[_Intercepted]:
    methods = {call.method: _method(call) for call in calls_of(port)}
    return type(f"Intercepted{port.__name__}", (_Intercepted,), methods)


_SOURCE, _SINK, _READER = _class(Source), _class(Sink), _class(ChangelogReader)
_PORT = _class(KafkaPort)


class InterceptedPort:
    """The `KafkaPort` of a broker, with intercepted clients."""

    def __init__(self, broker: Broker, interceptor: Interceptor) -> None:
        self._port = cast(KafkaPort, _PORT(broker, interceptor))
        self._interceptor = interceptor

    def source(self, config: StageConfig) -> Source:
        return cast(Source, _SOURCE(self._port.source(config), self._interceptor))

    def sink(self, config: StageConfig, limits: Limits = LIMITS) -> Sink:
        return cast(Sink, _SINK(self._port.sink(config, limits), self._interceptor))

    def changelog_reader(self, config: StageConfig) -> ChangelogReader:
        reader = self._port.changelog_reader(config)
        return cast(ChangelogReader, _READER(reader, self._interceptor))

    def topic_facts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicFacts | None]:
        return self._port.topic_facts(config, topics, timeout_s)

    def topic_settings(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicSettings | None]:
        return self._port.topic_settings(config, topics, timeout_s)

    def create_topic(self, config: StageConfig, spec: TopicSpec) -> bool:
        return self._port.create_topic(config, spec)

    def group_members(self, config: StageConfig, timeout_s: float) -> frozenset[str]:
        return self._port.group_members(config, timeout_s)

    def newest_values(self, config: StageConfig, topic: str) -> dict[bytes, bytes | None]:
        return self._port.newest_values(config, topic)
