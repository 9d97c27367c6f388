"""How far a consumer group has read, for a command that waits for it."""

from __future__ import annotations

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from ..config import ClientOptions
from ..errors import TopicsUnfit
from .admin import connected_admin, partition_counts
from .error_mapping import AWAY, client_errors, raise_classified
from .futures import result_of
from .topic_reader import read_topic

_ASK_S = 15.0


def committed_if_all_read(
    options: ClientOptions, group_id: str, topic: str, reader_group_id: str
) -> dict[int, int] | None:
    """The group's committed offset by partition, or None if records of the topic are left to read.

    A partition without a committed offset has 0. Transactions that are open now are waited for. A
    committed offset may be less than the end of the log: transaction markers and aborted records
    follow it. So the log is read from there. Raises like `read_topic`.
    """
    with connected_admin(options) as admin:
        count = partition_counts(admin, [topic], _ASK_S)[topic]
        if count is None:
            raise TopicsUnfit(
                f"no topic named {topic}, or no right to DESCRIBE it: create it with "
                "`stream-edits topics create`"
            )
        offsets = _committed(admin, group_id, topic, count)
    for _ in read_topic(options, topic, reader_group_id, offsets, with_open=True):
        return None
    return offsets


def _committed(admin: AdminClient, group_id: str, topic: str, count: int) -> dict[int, int]:
    places = [TopicPartition(topic, number) for number in range(count)]
    asked = [ConsumerGroupTopicPartitions(group_id, places)]
    with client_errors("list_consumer_group_offsets", AWAY):
        future = admin.list_consumer_group_offsets(
            asked, require_stable=True, request_timeout=_ASK_S
        )[group_id]
        found = result_of(future, _ASK_S).topic_partitions
    for place in found:
        if place.error is not None:
            raise_classified(place.error, f"asking for the offsets of {group_id}", AWAY)
    return {place.partition: max(0, place.offset) for place in found}
