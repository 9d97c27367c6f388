"""How far a consumer group has read, for a command that waits for it."""

from __future__ import annotations

from confluent_kafka import Consumer, TopicPartition

from ..advice import no_topic
from ..config import ClientOptions
from ..errors import TopicsUnfit
from .admin import connected_admin, partition_counts
from .client import make
from .error_mapping import AWAY, client_errors, raise_classified
from .options import Options, merged
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
            raise TopicsUnfit(no_topic(topic))
    offsets = _committed(options, group_id, topic, count)
    for _ in read_topic(options, topic, reader_group_id, offsets, with_open=True):
        return None
    return offsets


def _committed(options: ClientOptions, group_id: str, topic: str, count: int) -> dict[int, int]:
    """Asked by a consumer that does not join the group.

    An admin client that asks can end the whole process: librdkafka 2.16 dereferences its group,
    which an admin client does not have, when the answer is NOT_COORDINATOR.
    """
    fixed: Options = {
        "group.id": group_id,
        # The offsets of open transactions are waited for.
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
    }
    consumer = make(Consumer, merged({}, options, {}, fixed))
    try:
        with client_errors(f"asking for the offsets of {group_id}", AWAY):
            found = consumer.committed([TopicPartition(topic, n) for n in range(count)], _ASK_S)
    finally:
        consumer.close()
    for place in found:
        if place.error is not None:
            raise_classified(place.error, f"asking for the offsets of {group_id}", AWAY)
    return {place.partition: max(0, place.offset) for place in found}
