"""Brokers that answer at their bootstrap address and advertise a name that nobody knows."""

from pathlib import Path

import pytest

from tests.broker import LocalKafka
from tests.broker.properties import free_port
from tests.kafka.deployment import Deployment

pytestmark = pytest.mark.kafka

HOST = "kafka-7.invalid:9092"


def test_a_host_that_does_not_resolve_is_named(tmp_path: Path) -> None:
    port, outside = free_port(), free_port()
    advertised = f"PLAINTEXT://127.0.0.1:{port},PROXIED://{HOST}"
    kafka = LocalKafka(
        tmp_path / "kafka",
        port=port,
        proxied=(outside, outside),
        properties={"advertised.listeners": advertised},
    )
    address = f"127.0.0.1:{outside}"
    with kafka, Deployment(kafka.bootstrap, tmp_path, 1) as deployment:
        deployment.create_topics()
        program = deployment.start("intake", BOOTSTRAP_SERVERS=address)
        line = program.says("client_retry", 60)
        assert f"{HOST} does not resolve" in line
        assert "advertised.listeners" in line
        program.terminate(60)
