"""A stage with the real client on librdkafka's mock cluster."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition

from stream_edits.engine.dead_letters.headers import ERROR_CLASS
from stream_edits.engine.errors import FatalClientError, LostOffset
from stream_edits.engine.kafka.source import ConfluentSource
from stream_edits.engine.ports import Output
from stream_edits.engine.runner import StageRunner
from stream_edits.metrics import Metrics
from tests.engine.harness import Counter, config
from tests.engine.mock_cluster import (
    END_TXN,
    PRODUCE,
    TXN_OFFSET_COMMIT,
    MockCluster,
    mock_cluster,
)


@pytest.fixture
def mock() -> Iterator[MockCluster]:
    with mock_cluster() as cluster:
        for topic, partitions in (("in", 2), ("log", 2), ("out", 1), ("dead", 1), ("known", 1)):
            cluster.create(topic, partitions)
        yield cluster


def feed(mock: MockCluster, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": mock.servers})
    for value in values:
        producer.produce("in", value, b"k", 0, headers=[("h", b"\x00\xff"), ("n", None)])
    assert producer.flush(10) == 0


def read(mock: MockCluster, topic: str, count: int) -> list[Output]:
    consumer = Consumer({"bootstrap.servers": mock.servers, "group.id": "test"})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    found: list[Output] = []
    deadline = time.monotonic() + 20
    while len(found) < count and time.monotonic() < deadline:
        found += [
            Output(topic, message.key(), message.value(), message.headers() or [])  # type: ignore[arg-type]
            for message in consumer.consume(100, 0.2)
            if message.error() is None
        ]
    consumer.close()
    return found


def run_until(mock: MockCluster, done: Callable[[Metrics], bool], **changes: object) -> Metrics:
    """Run a stage against the mock until `done`, stop it, and raise what it raised."""
    metrics = Metrics()
    settings = config(kafka={"bootstrap.servers": mock.servers}, **changes)
    runner = StageRunner(settings, Counter(), metrics=metrics)
    raised: list[BaseException] = []

    def run() -> None:
        try:
            runner.run()
        except BaseException as failure:
            raised.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and thread.is_alive() and not done(metrics):
        time.sleep(0.05)
    runner.stop()
    thread.join(30)
    if raised:
        raise raised[0]
    assert done(metrics)
    return metrics


def value(metrics: Metrics, name: str, outcome: str) -> float:
    labels = {"stage": "count", "outcome": outcome}
    return metrics.registry.get_sample_value(f"stream_edits_{name}_total", labels) or 0


@pytest.mark.slow
class TestMockCluster:
    def test_events_state_progress_and_dead_letters_reach_their_topics(
        self, mock: MockCluster
    ) -> None:
        feed(mock, b"1", b"raise", b"2")
        run_until(mock, lambda metrics: value(metrics, "events", "stepped") >= 2)
        assert [output.value for output in read(mock, "out", 2)] == [b"1:1", b"2:2"]
        log = {(output.key, output.value) for output in read(mock, "log", 2)}
        assert (b"__progress__", b"3") in log
        (letter,) = read(mock, "dead", 1)
        assert (letter.key, letter.value) == (b"k", b"raise")
        assert list(letter.headers)[:2] == [("h", b"\x00\xff"), ("n", None)]
        assert dict(letter.headers)[ERROR_CLASS] == b"RuntimeError"

    def test_a_failed_delivery_aborts_and_the_batch_is_repeated(self, mock: MockCluster) -> None:
        feed(mock, b"1")
        mock.answer(PRODUCE, KafkaError.INVALID_TIMESTAMP)
        metrics = run_until(mock, lambda metrics: value(metrics, "events", "stepped") >= 1)
        # Unlike a broker, the mock also refuses the next sequence number of the new epoch.
        assert value(metrics, "transactions", "aborted") >= 1
        assert value(metrics, "transactions", "committed") == 1

    def test_an_illegal_generation_aborts_and_the_run_goes_on(self, mock: MockCluster) -> None:
        feed(mock, b"1")
        mock.answer(TXN_OFFSET_COMMIT, KafkaError.ILLEGAL_GENERATION)
        metrics = run_until(mock, lambda metrics: value(metrics, "events", "stepped") >= 1)
        assert value(metrics, "transactions", "aborted") == 1

    def test_a_fenced_producer_ends_the_run(self, mock: MockCluster) -> None:
        feed(mock, b"1")
        mock.answer(END_TXN, KafkaError.INVALID_PRODUCER_EPOCH)
        with pytest.raises(FatalClientError):
            run_until(mock, lambda metrics: False)

    def test_a_lost_offset_ends_with_a_clear_message(self, mock: MockCluster) -> None:
        """auto.offset.reset=error: an offset outside the log is never silently moved."""
        feed(mock, b"1")
        source = ConfluentSource(config(kafka={"bootstrap.servers": mock.servers}), time.sleep)
        source.assign({0: 500})
        with pytest.raises(LostOffset, match="in/0 is not in the log"):  # noqa: PT012
            for _ in range(100):
                source.consume(10, 0.1)
        source.close()
