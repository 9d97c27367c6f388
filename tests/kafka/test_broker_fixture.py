"""The fixture gives a real Kafka: transactions, group offsets and topic settings work."""

from collections.abc import Callable

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from tests.broker import LocalKafka, NoBroker, running_broker
from tests.broker.choice import VARIABLE, skip_reason
from tests.broker.ready import answers

NewTopicFunction = Callable[..., str]


def transactional(broker: str, name: str) -> Producer:
    producer = Producer({"bootstrap.servers": broker, "transactional.id": name})
    producer.init_transactions(20)
    return producer


def values(broker: str, topic: str, count: int, isolation: str = "read_committed") -> list[bytes]:
    """The first `count` values and those that arrive within a short time after them."""
    options = {"bootstrap.servers": broker, "group.id": f"{topic}-reader"}
    consumer = Consumer(options | {"isolation.level": isolation, "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    read: list[Message] = []
    while len(read) < count and (message := consumer.poll(10)) is not None:
        read.append(message)
    if (late := consumer.poll(0.5)) is not None:
        read.append(late)
    consumer.close()
    assert [message.error() for message in read] == [None] * len(read)
    return [value for message in read if (value := message.value()) is not None]


def test_topics_have_the_partitions_asked_for(broker: str, new_topic: NewTopicFunction) -> None:
    topic = new_topic("wide", partitions=6)
    metadata = AdminClient({"bootstrap.servers": broker}).list_topics(topic, timeout=10)
    assert len(metadata.topics[topic].partitions) == 6


def test_unknown_topics_are_not_created_automatically(broker: str) -> None:
    metadata = AdminClient({"bootstrap.servers": broker}).list_topics("never-made", timeout=10)
    assert metadata.topics["never-made"].error is not None


def test_a_topic_can_be_compacted(broker: str, new_topic: NewTopicFunction) -> None:
    topic = new_topic("changelog", cleanup_policy="compact")
    resource = ConfigResource(ResourceType.TOPIC, topic)
    # Kept in a variable, because the futures of a freed client are never resolved.
    admin = AdminClient({"bootstrap.servers": broker})
    described = admin.describe_configs([resource])[resource].result(timeout=10)
    assert described["cleanup.policy"].value == "compact"


def test_a_committed_transaction_is_read(broker: str, new_topic: NewTopicFunction) -> None:
    topic = new_topic("committed")
    producer = transactional(broker, topic)
    producer.begin_transaction()
    producer.produce(topic, b"decided")
    producer.commit_transaction(20)
    assert values(broker, topic, 1) == [b"decided"]


def test_an_aborted_transaction_is_hidden(broker: str, new_topic: NewTopicFunction) -> None:
    topic = new_topic("aborted")
    producer = transactional(broker, topic)
    producer.begin_transaction()
    producer.produce(topic, b"undone")
    producer.flush(20)
    producer.abort_transaction(20)
    producer.begin_transaction()
    producer.produce(topic, b"done")
    producer.commit_transaction(20)
    assert values(broker, topic, 1) == [b"done"]
    assert values(broker, topic, 2, "read_uncommitted") == [b"undone", b"done"]


@pytest.mark.parametrize("committed", [True, False])
def test_offsets_are_part_of_the_transaction(
    broker: str, new_topic: NewTopicFunction, committed: bool
) -> None:
    topic = new_topic("offsets")
    consumer = Consumer({"bootstrap.servers": broker, "group.id": topic})
    consumer.subscribe([topic])
    while not consumer.assignment():
        consumer.poll(0.1)
    producer = transactional(broker, topic)
    producer.begin_transaction()
    group = consumer.consumer_group_metadata()
    producer.send_offsets_to_transaction([TopicPartition(topic, 0, 7)], group, 20)
    (producer.commit_transaction if committed else producer.abort_transaction)(20)
    (stored,) = consumer.committed([TopicPartition(topic, 0)], timeout=20)
    consumer.close()
    assert stored.offset == (7 if committed else -1001)


@pytest.mark.timeout(180)
def test_a_broker_keeps_its_data_over_stop_and_kill(local_kafka: LocalKafka) -> None:
    bootstrap = local_kafka.bootstrap
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic("kept", 1, 1)])["kept"].result(timeout=20)
    producer = transactional(bootstrap, "writer")
    producer.begin_transaction()
    producer.produce("kept", b"before")
    producer.commit_transaction(20)
    for end in (local_kafka.stop, local_kafka.kill):
        end()
        assert not answers(bootstrap, 0.5)
        local_kafka.start()
        assert local_kafka.bootstrap == bootstrap
        assert values(bootstrap, "kept", 1) == [b"before"]


def test_a_frozen_broker_answers_again_once_thawed(local_kafka: LocalKafka) -> None:
    local_kafka.freeze()
    assert not answers(local_kafka.bootstrap, 1.0)
    local_kafka.thaw()
    assert answers(local_kafka.bootstrap, 10.0)


def test_skipping_kafka_is_reported_and_never_happens_in_ci() -> None:
    assert skip_reason({}) is None
    assert "NOTHING was proven" in (skip_reason({VARIABLE: "none"}) or "")
    with pytest.raises(NoBroker, match="must run"):
        skip_reason({VARIABLE: "none", "CI": "true"})


def test_a_named_broker_that_does_not_answer_fails(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.broker.choice.answers", lambda *_, **__: False)
    elsewhere = {VARIABLE: "127.0.0.1:1"}
    with (
        pytest.raises(NoBroker, match="no Kafka answers"),
        running_broker(tmp_path_factory.mktemp("unused"), elsewhere),
    ):
        pass
