"""No password in the client's debug lines, nor in what holds its options."""

import logging

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from stream_edits.engine.kafka.client import make
from tests.engine.harness import config

SECRET = "SECRET-hunter2"
OPTIONS: dict[str, str] = {
    "bootstrap.servers": "127.0.0.1:1",
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "stream-edits",
    "sasl.password": SECRET,
    "ssl.key.password": SECRET,
    "ssl.keystore.password": SECRET,
    "sasl.oauthbearer.client.secret": SECRET,
    "debug": "all",
    "log_level": "7",
    "group.id": "g",
}


@pytest.mark.parametrize("kind", [AdminClient, Consumer, Producer])
def test_debug_lines_hold_no_password(kind: type, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "stream_edits.engine.client"):
        client = make(kind, OPTIONS)
        client.poll(0.3)
        client.poll(0.3)
    assert any("sasl.mechanism" in record.getMessage() for record in caplog.records)
    assert [r.getMessage() for r in caplog.records if SECRET in r.getMessage()] == []


def test_a_stage_s_configuration_does_not_show_its_options() -> None:
    for name in ("kafka", "consumer_options", "producer_options"):
        shown = config(**{name: {"sasl.password": SECRET}})
        assert SECRET not in repr(shown)
        assert SECRET not in f"{shown}"
