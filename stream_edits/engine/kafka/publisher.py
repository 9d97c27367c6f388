"""Publishing from outside the stages: for files of claims, the demo and tests."""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import KafkaError, Message, Producer

from ..config import ClientOptions
from ..errors import EngineStopped
from ..ports import Output
from .admin import asking
from .client import make

_FLUSH_S = 60.0


def publish_records(options: ClientOptions, records: Iterable[Output]) -> int:
    """Produce every record and wait until the brokers have them all; returns how many.

    `options` are librdkafka properties. Partitions follow from the keys as Java's do. Raises
    AccessRefused or another Retriable when no broker answers, OptionRefused, or EngineStopped when
    a record was refused or not taken within a minute.
    """
    with asking(options):
        pass  # a broker answers
    refused: list[str] = []

    def delivered(error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            refused.append(error.name())

    fixed = {"enable.idempotence": True, "partitioner": "murmur2_random"}
    producer = make(Producer, {**options, **fixed, "on_delivery": delivered})
    count = 0
    for record in records:
        while True:
            try:
                producer.produce(
                    record.topic, record.value, record.key, headers=list(record.headers) or None
                )
                break
            except BufferError:
                producer.poll(0.5)
        count += 1
        producer.poll(0)
    left = producer.flush(_FLUSH_S)
    if left or refused:
        why = refused[0] if refused else "no answer"
        raise EngineStopped(
            f"{left + len(refused)} of {count} records were not taken ({why}): check the brokers, "
            "the topic and the right to WRITE to it, then publish the file again; what was taken "
            "already is known again"
        )
    return count
