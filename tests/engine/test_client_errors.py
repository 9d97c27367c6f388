"""The client's errors: how they are classified, and what the engine does about them."""

from __future__ import annotations

import logging
import threading
import time

import pytest
from confluent_kafka import KafkaError, KafkaException

from stream_edits.engine.errors import (
    ClientError,
    EngineStopped,
    FatalClientError,
    ProducerFenced,
    RequiresAbort,
    Retriable,
)
from stream_edits.engine.kafka.call_watchdog import CallWatchdog
from stream_edits.engine.kafka.client_log import RepeatsFilter
from stream_edits.engine.kafka.error_mapping import AWAY, classify
from stream_edits.engine.kafka.first_failure import FirstFailure
from stream_edits.engine.kafka.sink import ConfluentSink
from stream_edits.engine.kafka.source import ConfluentSource
from stream_edits.engine.ports import Output
from stream_edits.engine.sizes import Limits
from tests.engine.harness import config


class To:
    """A message to a topic."""

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def topic(self) -> str:
        return self._topic


class Flags:
    """A KafkaError with chosen flags."""

    def __init__(self, fatal: bool, abort: bool, retriable: bool) -> None:
        self.flags = (fatal, abort, retriable)

    def code(self) -> int:
        return KafkaError._TIMED_OUT

    def name(self) -> str:
        return "_TIMED_OUT"

    def fatal(self) -> bool:
        return self.flags[0]

    def txn_requires_abort(self) -> bool:
        return self.flags[1]

    def retriable(self) -> bool:
        return self.flags[2]


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ((True, True, True), FatalClientError),
        ((True, False, True), FatalClientError),
        ((False, True, True), RequiresAbort),
        ((False, True, False), RequiresAbort),
        ((False, False, True), Retriable),
        ((False, False, False), FatalClientError),
    ],
)
def test_the_order_of_classification(
    flags: tuple[bool, bool, bool], kind: type[ClientError | EngineStopped]
) -> None:
    assert type(classify(Flags(*flags), "commit")) is kind


def test_unavailable_brokers_are_retriable_for_queries_only() -> None:
    error = KafkaError(KafkaError._TIMED_OUT)
    assert isinstance(classify(error, "committed", AWAY), Retriable)
    assert isinstance(classify(error, "commit_transaction"), FatalClientError)


def test_a_fatal_error_says_what_to_do_without_the_clients_text() -> None:
    error = KafkaError(KafkaError._FENCED, "host 10.0.0.1", fatal=True)
    assert str(classify(error, "commit_transaction")) == (
        "commit_transaction failed for good with _FENCED: another process uses the same "
        "transactional.id: give each one another `instance`"
    )


def test_purged_records_are_not_delivery_failures() -> None:
    failure = FirstFailure("count")
    for code in (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT):
        failure.delivered(KafkaError(code), To("out"))  # type: ignore[arg-type]
    assert failure.code is None
    failure.delivered(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE), To("out"))  # type: ignore[arg-type]
    assert failure.code == "MSG_SIZE_TOO_LARGE"


def test_the_first_failure_is_the_cause_and_names_its_topic() -> None:
    failure = FirstFailure("count")
    assert failure.as_error("_STATE").reason is None
    failure.delivered(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), To("log"))  # type: ignore[arg-type]
    failure.delivered(KafkaError(KafkaError._TIMED_OUT), To("out"))  # type: ignore[arg-type]
    cause = failure.as_error("INVALID_TXN_STATE")
    assert cause.code == "TOPIC_AUTHORIZATION_FAILED"
    assert cause.reason == "TOPIC_AUTHORIZATION_FAILED on topic log"
    failure.forget()
    assert failure.as_error("_STATE").code == "_STATE"


def test_a_record_that_is_reported_after_the_failure_of_its_transaction_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failure = FirstFailure("count")
    line = "Current transaction failed in state InTransaction: 1 message(s) failed (_MSG_TIMED_OUT)"
    failure.log(logging.ERROR, "%s [%s] %s", "TXNERR", "count#producer-1", line)
    for topic in ("log", "out"):
        failure.delivered(KafkaError(KafkaError._MSG_TIMED_OUT), To(topic))  # type: ignore[arg-type]
    assert failure.as_error("_STATE").reason == "_MSG_TIMED_OUT on topic log"
    assert caplog.text.count("delivery_failed") == 1


def test_a_partition_that_may_not_join_the_transaction_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failure = FirstFailure("count")
    lines = [
        ("ADDPARTS", 'Failed to add partition "out" [0] to transaction: not attempted'),
        ("ADDPARTS", 'Failed to add partition "log" [7] to transaction: not authorized'),
        ("TXNERR", "Current transaction failed in state InTransaction: Failed to add partition(s) "
         "to transaction: Topic authorization failed (after 2 ms) (TOPIC_AUTHORIZATION_FAILED)"),
    ]  # fmt: skip
    for facility, text in lines:
        failure.log(logging.ERROR, "%s [%s] %s", facility, "count#producer-1", text)
    cause = failure.as_error("INVALID_TXN_STATE")
    assert cause.reason == "TOPIC_AUTHORIZATION_FAILED on topic log"
    assert [record.getMessage()[-20:] for record in caplog.records] == [
        f"{facility} [count#producer-1] {text}"[-20:] for facility, text in lines
    ], "the lines are still logged"


def test_a_consumer_that_gave_up_ends_the_run() -> None:
    """For example when its group.instance.id is fenced. librdkafka reports it in a message between
    others, without the fatal flag. If it were ignored, the loop would read nothing for ever."""
    source = ConfluentSource(config(kafka={"bootstrap.servers": "127.0.0.1:1"}), time.sleep)

    class GaveUp:
        def error(self) -> KafkaError:
            return KafkaError(KafkaError._FATAL)

        def partition(self) -> None:
            return None

    with pytest.raises(FatalClientError, match=r"group\.instance\.id"):
        source._raise_if_final(GaveUp())  # type: ignore[arg-type]
    source.close()


class _GaveUp:
    """A producer that has given up: `produce` says so, and the transaction's calls say why."""

    def __init__(self, why: int) -> None:
        self.why = why

    def produce(self, *_: object) -> None:
        raise KafkaException(KafkaError(KafkaError._FATAL))

    def abort_transaction(self, _: float) -> None:
        raise KafkaException(KafkaError(self.why, "", True))


@pytest.mark.parametrize(
    ("why", "kind", "advice"),
    [
        (KafkaError._FENCED, ProducerFenced, "same transactional.id"),
        (KafkaError.INVALID_PRODUCER_EPOCH, ProducerFenced, "timed out or was fenced"),
        (KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, FatalClientError, "unclean leader election"),
    ],
)
def test_what_made_the_client_give_up_is_known_when_produce_meets_it_first(
    why: int, kind: type[FatalClientError], advice: str
) -> None:
    sink = ConfluentSink(config(kafka={"bootstrap.servers": "127.0.0.1:1"}), Limits(1_000_000))
    producer, sink._producer = sink._producer, _GaveUp(why)  # type: ignore[assignment]
    with pytest.raises(FatalClientError, match=advice) as caught:
        sink.produce([Output("out", b"k", b"v")])
    assert type(caught.value) is kind
    with pytest.raises(FatalClientError, match=advice) as caught:
        sink.produce_at("log", 0, [(b"k", b"v")])
    assert type(caught.value) is kind
    sink._producer = producer
    sink.close()


class TestCallsThatHang:
    """librdkafka#5456: send_offsets_to_transaction may never return."""

    def test_a_call_that_does_not_return_is_fatal_and_so_is_every_later_one(self) -> None:
        thread, release = CallWatchdog("test"), threading.Event()

        def hang() -> None:
            release.wait(20)

        with pytest.raises(FatalClientError, match="does not return"):
            thread.run("send_offsets", hang, 0.05)
        with pytest.raises(FatalClientError, match="abort"):
            thread.run("abort", lambda: None, 20)
        release.set()

    def test_what_a_call_raises_is_raised_and_the_thread_goes_on(self) -> None:
        thread, ran = CallWatchdog("test"), []

        def fail() -> None:
            raise RuntimeError("a bug")

        with pytest.raises(RuntimeError):
            thread.run("commit", fail, 20)
        thread.run("commit", lambda: ran.append(1), 20)
        assert ran == [1]
        thread.close()


def test_repeated_lines_of_the_client_are_dropped() -> None:
    repeats = RepeatsFilter()

    def passes(text: str) -> bool:
        return repeats.filter(logging.LogRecord("x", 30, "x", 1, text, None, None))

    lines = [
        "FAIL refused (after 1ms in state CONNECT)",
        "FAIL refused (after 7ms in state CONNECT)",
    ]
    assert [passes(line) for line in lines] == [True, False]
    assert passes("FAIL resolved")
