"""What an operator can do to topics and groups, through Kafka's admin API."""

import time

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewPartitions

from tests.kafka.deployment import Deployment

_WAIT_S = 30


def admin_of(deployment: Deployment) -> AdminClient:
    return AdminClient({"bootstrap.servers": deployment.bootstrap})


def delete_topic(deployment: Deployment, topic: str) -> None:
    """Delete a topic, and wait until its name is free."""
    admin = admin_of(deployment)
    for deleted in admin.delete_topics([topic]).values():
        deleted.result(timeout=_WAIT_S)
    deadline = time.monotonic() + _WAIT_S
    while topic in admin.list_topics(timeout=10).topics:
        assert time.monotonic() < deadline, f"{topic} is still there"
        time.sleep(0.1)


def recreate_topic(deployment: Deployment, topic: str) -> None:
    """Delete a topic and create it again as the command does."""
    delete_topic(deployment, topic)
    deployment.create_topics()


def delete_groups(deployment: Deployment) -> None:
    """Delete the groups and with them their committed offsets, as their expiry does."""
    admin = admin_of(deployment)
    for group in deployment.groups:
        _delete_group(admin, group)


def _delete_group(admin: AdminClient, group: str) -> None:
    """Delete a group once its last member's session has ended."""
    deadline = time.monotonic() + _WAIT_S
    while (code := _refusal(admin, group)) == KafkaError.NON_EMPTY_GROUP:
        assert time.monotonic() < deadline, f"{group} still has members"
        time.sleep(0.5)
    assert code in (None, KafkaError.GROUP_ID_NOT_FOUND), code


def _refusal(admin: AdminClient, group: str) -> int | None:
    """The error code with which a group is not deleted, None if it was."""
    try:
        admin.delete_consumer_groups([group])[group].result(timeout=_WAIT_S)
    except KafkaException as failure:
        return int(failure.args[0].code())
    return None


def add_partitions(deployment: Deployment, topic: str, total: int) -> None:
    """Let a topic have `total` partitions."""
    admin = admin_of(deployment)
    for added in admin.create_partitions([NewPartitions(topic, total)]).values():
        added.result(timeout=_WAIT_S)
