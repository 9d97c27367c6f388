"""What `publish` says when the brokers do not take a record."""

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from stream_edits.engine.errors import EngineStopped
from stream_edits.engine.kafka import publish_records, publisher
from stream_edits.engine.ports import Output
from tests.engine.mock_cluster import mock_cluster

UNKNOWN_TOPIC_OR_PART, TOPIC_AUTHORIZATION_FAILED = 3, 29


REFUSALS = pytest.mark.parametrize(
    ("code", "advice"),
    [
        (UNKNOWN_TOPIC_OR_PART, "`stream-edits topics create`, or grant the right to DESCRIBE"),
        (TOPIC_AUTHORIZATION_FAILED, "check the brokers, the topic and the right to WRITE"),
    ],
)


class _Knowing:
    """A producer that knows already, from an earlier answer, that the topic refuses it."""

    code = 0

    def __init__(self, *_: object, **__: object) -> None:
        """It needs no options."""

    def produce(self, *_: object, **__: object) -> None:
        raise KafkaException(KafkaError(self.code))

    def poll(self, _: float) -> int:
        return 0

    def flush(self, _: float) -> int:
        return 0


@REFUSALS
def test_a_refused_record_is_followed_by_what_to_do(code: int, advice: str) -> None:
    with mock_cluster() as cluster:
        cluster.create("claims", 1)
        cluster.refuse("claims", code)
        # The client waits so long for a topic that may be new to the broker that it asks.
        options: dict[str, str | int | float] = {
            "bootstrap.servers": cluster.servers,
            "topic.metadata.propagation.max.ms": 1,
        }
        with pytest.raises(EngineStopped) as refused:
            publish_records(options, [Output("claims", b"k", b"v")])
    assert str(refused.value).startswith("1 of 1 record was not taken (")
    assert advice in str(refused.value)


@REFUSALS
def test_a_record_that_the_client_refuses_at_once_is_told_alike(
    code: int, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "Producer", type("Producer", (_Knowing,), {"code": code}))
    records = [Output("claims", b"k", b"v"), Output("claims", b"l", b"w")]
    with mock_cluster() as cluster, pytest.raises(EngineStopped) as refused:
        publish_records({"bootstrap.servers": cluster.servers}, records)
    assert str(refused.value).startswith("2 of 2 records were not taken (")
    assert advice in str(refused.value)


def test_another_failure_of_the_client_ends_the_publishing(monkeypatch: pytest.MonkeyPatch) -> None:
    fatal: Any = KafkaError._FATAL
    monkeypatch.setattr(publisher, "Producer", type("Producer", (_Knowing,), {"code": fatal}))
    with mock_cluster() as cluster, pytest.raises(EngineStopped, match="produce failed for good"):
        publish_records({"bootstrap.servers": cluster.servers}, [Output("claims", b"k", b"v")])
