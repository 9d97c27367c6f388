"""The demo's embedded Kafka: topics, producing, a consumer group, and the way without C."""

import time

import pytest
from confluent_kafka import Consumer, Producer

import stream_edits.mock_cluster as embedded
from stream_edits.mock_cluster import MockCluster, MockClusterFailed


def partitions_of(bootstrap: str, topic: str) -> int:
    return len(
        Producer({"bootstrap.servers": bootstrap}).list_topics(topic, 5).topics[topic].partitions
    )


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


def test_topics_have_the_partitions_asked_for_and_records_come_back() -> None:
    sent = {b"%d" % number for number in range(50)}
    with MockCluster() as kafka:
        kafka.create_topic("claims", 6)
        assert partitions_of(kafka.bootstrap_servers, "claims") == 6
        begun = time.monotonic()
        assert read_back(kafka.bootstrap_servers, "claims", sent) == sent
        assert time.monotonic() - begun < 3, "a group's first rebalance should not wait"


def test_two_clusters_are_two() -> None:
    with MockCluster() as one, MockCluster() as other:
        assert one.bootstrap_servers != other.bootstrap_servers


def test_a_topic_that_exists_is_refused() -> None:
    with MockCluster() as kafka:
        kafka.create_topic("claims", 6)
        with pytest.raises(MockClusterFailed, match="topic claims with 6 partitions"):
            kafka.create_topic("claims", 6)


def test_outside_its_block_there_is_no_cluster() -> None:
    with pytest.raises(RuntimeError, match="with statement"):
        _ = MockCluster().bootstrap_servers


def test_without_the_c_library_a_client_makes_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_candidates", lambda: iter(()))
    sent = {b"a", b"b"}
    with MockCluster() as kafka:
        kafka.create_topic("claims", 6)
        assert partitions_of(kafka.bootstrap_servers, "claims") == 4
        assert read_back(kafka.bootstrap_servers, "claims", sent) == sent
