"""The demo's embedded Kafka: topics, producing, a consumer group."""

import time

import pytest
from confluent_kafka import Consumer, Producer

from stream_edits import mock_cluster
from stream_edits.mock_cluster import PARTITIONS, MockCluster, MockClusterFailed


def partitions_of(bootstrap: str, topic: str) -> int:
    producer = Producer({"bootstrap.servers": bootstrap})
    return len(producer.list_topics(topic, 5).topics[topic].partitions)


def read_back(bootstrap: str, topic: str, sent: set[bytes]) -> set[bytes | None]:
    producer = Producer({"bootstrap.servers": bootstrap})
    for number, value in enumerate(sorted(sent)):
        producer.produce(topic, value, key=str(number))
    assert producer.flush(10) == 0
    options = {"bootstrap.servers": bootstrap, "group.id": "g", "auto.offset.reset": "earliest"}
    consumer = Consumer(options)
    consumer.subscribe([topic])
    read: set[bytes | None] = set()
    deadline = time.monotonic() + 15
    while len(read) < len(sent) and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            read.add(message.value())
    consumer.close()
    return read


def test_a_topic_has_four_partitions_and_gives_its_records_back() -> None:
    sent = {b"%d" % number for number in range(50)}
    with MockCluster() as kafka:
        kafka.create_topic("claims")
        assert partitions_of(kafka.bootstrap_servers, "claims") == PARTITIONS == 4
        assert read_back(kafka.bootstrap_servers, "claims", sent) == sent
        kafka.create_topic("claims")
        assert partitions_of(kafka.bootstrap_servers, "claims") == PARTITIONS


def test_two_clusters_are_two() -> None:
    with MockCluster() as one, MockCluster() as other:
        assert one.bootstrap_servers != other.bootstrap_servers


def test_a_topic_that_does_not_appear_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mock_cluster, "PARTITIONS", 5)
    monkeypatch.setattr(mock_cluster, "_TIMEOUT_S", 0.5)
    with MockCluster() as kafka, pytest.raises(MockClusterFailed, match="topic claims was not"):
        kafka.create_topic("claims")


def test_outside_its_block_there_is_no_cluster() -> None:
    cluster = MockCluster()
    with cluster:
        assert cluster.bootstrap_servers
    with pytest.raises(RuntimeError, match="with statement"):
        _ = cluster.bootstrap_servers
