"""`dead-letters redrive` on a real Kafka, with letters that cannot be sent back."""

import os

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.raw_records import produce_raw
from tests.kafka.test_dead_letter_commands import BAD, buried, lived, redrive

pytestmark = pytest.mark.timeout(180)

LIMIT = 1_048_588


def redriven(deployment: Deployment) -> int:
    """How many letters were sent back."""
    deployment.log.read_to_the_end()
    return len(deployment.log.of(deployment.topics.redriven))


def test_a_reference_whose_record_is_gone_keeps_no_other_letter_back(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    topics = deployment.topics
    deployment.alter_topic(topics.dead_letter, "max.message.bytes", "70000")
    buried(deployment, (b"CANARY", BAD + bytes(100_000)), *((b"CANARY", BAD) for _ in range(3)))
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    (gone,) = admin.delete_records([TopicPartition(topics.events, 0, 1)]).values()
    gone.result(15)

    code, lines, complaint = redrive(deployment, "--execute")
    assert (code, lines) == (1, [f"redriven: 3 to {topics.events} (UnknownSchema 3)"])
    assert (
        "refused: the dead letter at 0/0 is a reference, and its record is no longer at "
        f"{topics.events}/0 offset 0"
    ) in complaint
    assert redriven(deployment) == 3
    assert redrive(deployment, "--execute")[:2] == (1, ["nothing to redrive"])
    assert "CANARY" not in deployment.all_output()


def test_one_that_the_count_makes_too_large_keeps_no_other_letter_back(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    topics = deployment.topics
    noise = BAD + os.urandom(LIMIT - 81 - len(BAD))
    produce_raw(deployment.bootstrap, (topics.events, 0), b"k", noise, [])
    buried(deployment, *((b"CANARY", BAD) for _ in range(5)))

    code, lines, complaint = redrive(deployment, "--execute")
    assert (code, lines) == (1, [f"redriven: 5 to {topics.events} (UnknownSchema 5)"])
    assert "refused: the dead letter at 0/0 may take 1048" in complaint
    assert f"and {topics.events} takes {LIMIT}: raise its max.message.bytes" in complaint

    deployment.alter_topic(topics.events, "max.message.bytes", str(LIMIT + 1000))
    assert redrive(deployment, "--execute")[0] == 0
    assert redriven(deployment) == 6


def test_a_topic_that_is_gone_keeps_no_letter_of_another_back(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    topics = deployment.topics
    deployment.publish_raw(b"CANARY", b"CANARY", topic=topics.reviews)
    deployment.publish_raw(b"CANARY", BAD)
    deployment.flush()
    lived(deployment)
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    (gone,) = admin.delete_topics([topics.reviews]).values()
    gone.result(15)

    for option in ("--dry-run", "--execute"):
        code, lines, complaint = redrive(deployment, option)
        assert code == 1
        assert "redriven: 1" in lines[0]
        assert f"came from the topic {topics.reviews}, which does not exist" in complaint
    assert redrive(deployment, "--execute")[:2] == (1, ["nothing to redrive"])
