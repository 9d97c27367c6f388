"""Every wait for the client has a time limit: nothing hangs when it never answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager

import pytest
from confluent_kafka import TopicPartition
from prometheus_client import CollectorRegistry

from stream_edits.engine.errors import EngineStopped, RequiresAbort, RestoreStalled, Retriable
from stream_edits.engine.kafka import (
    admin,
    changelog_reader,
    publish_records,
    publisher,
    read_topic,
    topic_reader,
)
from stream_edits.engine.kafka.changelog_reader import ConfluentReader
from stream_edits.engine.kafka.sink import ConfluentSink
from stream_edits.engine.ports import Output, TopicSpec
from stream_edits.engine.state import changelog
from stream_edits.engine.state.changelog import Restore
from stream_edits.metrics import Metrics, StageMetrics
from tests.engine.harness import FakeClock, config
from tests.memory_kafka.calls import LIMITS

NOBODY = {"bootstrap.servers": "127.0.0.1:1"}

# A wait without a limit fails here, and does not block the whole run.
pytestmark = pytest.mark.timeout(20)


class SilentAdmin:
    """An admin client whose futures are never resolved."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def list_offsets(
        self, questions: Mapping[TopicPartition, object], **_: object
    ) -> dict[TopicPartition, Future[object]]:
        return {place: Future() for place in questions}

    def create_topics(self, topics: list[object], **_: object) -> dict[str, Future[object]]:
        return {str(topic): Future() for topic in topics}


class FullProducer:
    """A producer whose local queue never has room again."""

    def produce(self, *_: object, **__: object) -> None:
        raise BufferError

    def poll(self, timeout: float) -> int:
        time.sleep(min(timeout, 0.01))
        return 0

    def begin_transaction(self) -> None: ...


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[ConfluentReader]:
    monkeypatch.setattr(changelog_reader, "AdminClient", SilentAdmin)
    reader = ConfluentReader(config(kafka=NOBODY))
    yield reader
    reader.close()


@contextmanager
def silent(_options: object) -> Iterator[SilentAdmin]:
    yield SilentAdmin()


def test_the_end_offsets_of_the_changelog(reader: ConfluentReader) -> None:
    with pytest.raises(Retriable, match="_TIMED_OUT"):
        reader.end_offsets([0, 1], 0.05)


def test_a_restore_goes_on_polling_and_ends_as_stalled(
    reader: ConfluentReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changelog, "_ENDS_S", 0.05)
    settings = config(restore_stall_s=1.0)
    metrics = StageMetrics(Metrics(CollectorRegistry()), "count")
    restore = Restore(settings, reader, {0: 5}, FakeClock(), metrics, lambda _: True)
    assert not restore.advance(0.6)
    with pytest.raises(RestoreStalled, match="partitions"):
        restore.advance(0.6)


def test_reading_a_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_reader, "_ASK_S", 0.05)
    monkeypatch.setattr(topic_reader, "connected_admin", silent)
    monkeypatch.setattr(topic_reader, "partition_counts", lambda *_: {"claims": 2})
    monkeypatch.setattr(topic_reader, "is_mock", lambda *_: False)
    with pytest.raises(Retriable, match="_TIMED_OUT"):
        next(read_topic(NOBODY, "claims", "reader"))


def test_creating_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "_ASK_S", 0.05)
    monkeypatch.setattr(admin, "connected_admin", silent)
    with pytest.raises(Retriable, match="_TIMED_OUT"):
        admin.create_topics(NOBODY, [TopicSpec("claims", 2)])


def test_publishing_into_a_full_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "_STALL_S", 0.1)
    monkeypatch.setattr(publisher, "connected_admin", silent)
    monkeypatch.setattr(publisher, "make", lambda *_: FullProducer())
    with pytest.raises(EngineStopped, match="took no record for"):
        publish_records(NOBODY, [Output("claims", b"k", b"v"), Output("claims", b"k", b"v")])


def produce_by_key(sink: ConfluentSink) -> None:
    sink.produce([Output("out", b"k", b"v")])


def produce_to_partition(sink: ConfluentSink) -> None:
    sink.produce_at("log", 0, [(b"k", b"v")])


@pytest.mark.parametrize("produce", [produce_by_key, produce_to_partition])
def test_producing_into_a_full_queue(
    monkeypatch: pytest.MonkeyPatch, produce: Callable[[ConfluentSink], None]
) -> None:
    settings = config(kafka=NOBODY, transaction_timeout_ms=1000, message_timeout_ms=900)
    sink = ConfluentSink(settings, LIMITS)
    monkeypatch.setattr(sink, "_producer", FullProducer())
    sink.begin()
    with pytest.raises(RequiresAbort, match="_TIMED_OUT"):
        produce(sink)


def test_a_slow_caller_is_not_mistaken_for_a_silent_broker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(topic_reader, "_STALL_S", 0.2)

    class Message:
        def __init__(self, offset: int) -> None:
            self._offset = offset

        def __getattr__(self, name: str) -> object:
            answers = {"offset": self._offset, "timestamp": (1, 0), "partition": 0}
            return lambda: answers.get(name)

    class OneByOne:
        read = 0

        def consume(self, _limit: int, _timeout_s: float) -> list[Message]:
            self.read += 1
            return [Message(self.read - 1)]

    offsets = []
    for record in topic_reader._up_to({0: 3}, OneByOne(), "claims"):  # type: ignore[arg-type]
        offsets.append(record.offset)
        time.sleep(0.3)
    assert offsets == [0, 1, 2]
