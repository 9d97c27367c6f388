"""What the brokers say of topics: ids, partition counts, and the settings that the engine needs."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Collection

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException, TopicCollection, Uuid
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType, TopicDescription

from ..advice import RIGHTS
from ..errors import FatalClientError
from ..records import TopicFacts, TopicSettings
from .error_mapping import AWAY, client_errors, raise_classified
from .futures import result_of

# The id of a topic from brokers that have none (before Kafka 2.8): all zero.
_NO_ID = "AAAAAAAAAAAAAAAAAAAAAA"
_NOT_THERE = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.TOPIC_AUTHORIZATION_FAILED})
_MOCK = "mockCluster"
# Versions of the client that were found to keep ids. For others nobody has looked.
_KEEPS_IDS = "2.14" <= str(confluent_kafka.__version__) < "2.17"
# Those of the description, of a variable, and of the call that counts.
_REFERENCES = 3
_drop_reference = ctypes.pythonapi.Py_DecRef
_drop_reference.argtypes = [ctypes.py_object]
_drop_reference.restype = None


def is_mock(admin: AdminClient, timeout_s: float) -> bool:
    """True for librdkafka's mock cluster, which answers no admin request. Raises Retriable."""
    with client_errors("list_topics", AWAY):
        return str(admin.list_topics(timeout=timeout_s).cluster_id).startswith(_MOCK)


def topic_facts(
    admin: AdminClient, topics: Collection[str], timeout_s: float
) -> dict[str, TopicFacts | None]:
    """Each topic as it is now, None if it does not exist.

    Raises Retriable, or FatalClientError for a topic that we may not describe.
    """
    facts: dict[str, TopicFacts | None] = {}
    with client_errors("describe_topics", AWAY):
        futures = admin.describe_topics(TopicCollection(list(topics)), request_timeout=timeout_s)
    for topic, future in futures.items():
        try:
            found = result_of(future, timeout_s)
        except KafkaException as failure:
            error = failure.args[0]
            if error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                raise FatalClientError(
                    f"no right to DESCRIBE topic {topic} ({error.name()}): {RIGHTS}"
                ) from None
            if error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise_classified(error, f"describing topic {topic}", AWAY)
            facts[topic] = None
            continue
        id_ = _id_of(found)
        facts[topic] = TopicFacts(None if id_ == _NO_ID else id_, len(found.partitions))
    return facts


def _id_of(found: TopicDescription) -> str:
    """The id of a topic.

    The client never frees an id that it returns (Admin.c takes a reference too many). Every commit
    asks for the ids of all topics of the stage, so that would be gigabytes in a day.
    """
    topic_id = found.topic_id
    is_kept = _KEEPS_IDS and isinstance(topic_id, Uuid)
    if is_kept and sys.getrefcount(topic_id) > _REFERENCES:
        _drop_reference(topic_id)
    return str(topic_id)


def topic_settings(
    admin: AdminClient, topics: Collection[str], timeout_s: float
) -> dict[str, TopicSettings | None]:
    """The settings of each topic, None if they may not be read. Raises Retriable."""
    settings: dict[str, TopicSettings | None] = {}
    resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
    with client_errors("describe_configs", AWAY):
        futures = admin.describe_configs(resources, request_timeout=timeout_s)
    for resource, future in futures.items():
        try:
            entries = result_of(future, timeout_s)
        except KafkaException as failure:
            error = failure.args[0]
            if error.code() not in _NOT_THERE:
                raise_classified(error, "describe_configs", AWAY)
            settings[resource.name] = None
            continue
        policy, limit = entries["cleanup.policy"].value, entries["max.message.bytes"].value
        settings[resource.name] = TopicSettings(str(policy), int(limit))
    return settings
