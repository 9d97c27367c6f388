"""A host without an address is named: at the start, by a command, and while a stage runs."""

from __future__ import annotations

import logging

import pytest
from click.testing import CliRunner
from confluent_kafka import KafkaError

from stream_edits.cli import cli
from stream_edits.engine.errors import Interrupted, Retriable
from stream_edits.engine.kafka import ConfluentKafka, admin
from stream_edits.engine.kafka.client import Refusals
from stream_edits.engine.kafka.sink import ConfluentSink
from stream_edits.engine.topics.start_check import Asker, check_topics_fit
from tests.engine.harness import FakeClock, config
from tests.memory_kafka.calls import LIMITS

HOST = "kafka-7.invalid:9092"
WORDS = f"{HOST} does not resolve: check bootstrap_servers, advertised.listeners of the brokers"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "_CONNECT_S", (1.0, 1.0))


def unresolved(host: str) -> KafkaError:
    """As the client words it."""
    text = f"{host}/3: Failed to resolve '{host}': Name or service not known (after 3ms in state)"
    return KafkaError(KafkaError._RESOLVE, text)


def lines(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, object]]:
    return [
        record.fields  # type: ignore[attr-defined]
        for record in caplog.records
        if getattr(record, "event", "") == event
    ]


def test_each_host_is_logged_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals("count")
    for host in (HOST, HOST, "kafka-8:9092", HOST):
        refusals(unresolved(host))
    refusals(KafkaError(KafkaError._RESOLVE, "of another wording"))
    refusals(KafkaError(KafkaError._TRANSPORT, "refused"))
    found = lines(caplog, "client_error")
    assert [line["host"] for line in found] == [HOST, "kafka-8:9092"]
    assert {line["error"] for line in found} == {"_RESOLVE"}
    assert refusals.unresolved is not None
    assert refusals.unresolved.startswith(WORDS)
    refusals.forget()
    assert refusals.unresolved is None


def test_it_is_named_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asked = 0

    def stopping() -> bool:
        nonlocal asked
        asked += 1
        return asked > 1

    settings = config(kafka={"bootstrap.servers": HOST})
    asker = Asker(settings, FakeClock(), lambda: None, stopping)
    with pytest.raises(Interrupted):
        check_topics_fit(settings, ConfluentKafka(), asker)
    (line,) = lines(caplog, "client_retry")
    assert str(line["reason"]).startswith(WORDS)


def test_it_is_named_by_a_command() -> None:
    environ = {"STREAM_EDITS_BOOTSTRAP_SERVERS": HOST}
    done = CliRunner().invoke(cli, ["topics", "check"], env=environ)
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    where = f"no answer from the brokers at {HOST} (STREAM_EDITS_BOOTSTRAP_SERVERS)"
    assert line.startswith(f"stream-edits: {where}: {WORDS}")


def test_it_is_named_by_a_producer_that_gets_no_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("stream_edits.engine.kafka.sink._INIT_S", 2.0)
    sink = ConfluentSink(config(kafka={"bootstrap.servers": HOST}), LIMITS)
    with pytest.raises(Retriable) as caught:
        sink.init()
    sink.close()
    assert caught.value.reason is not None
    assert caught.value.reason.startswith(WORDS)
    assert [line["host"] for line in lines(caplog, "client_error")] == [HOST]
