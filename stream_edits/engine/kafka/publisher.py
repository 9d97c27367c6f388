"""Publishing from outside the stages: for files of claims, the demo and tests."""

from __future__ import annotations

import time
from collections.abc import Iterable

from confluent_kafka import KafkaError, Message, Producer

from ..config import ClientOptions
from ..errors import EngineStopped
from ..ports import Output
from .admin import connected_admin
from .client import make

_STALL_S = 60.0
_AGAIN = (
    "check the brokers, the topic and the right to WRITE to it, then publish the file again: "
    "records that were taken are recognized as duplicates"
)


def publish_records(options: ClientOptions, records: Iterable[Output]) -> int:
    """Produce every record and wait until the brokers have them all. Returns their number.

    `options` are librdkafka properties. The partition follows from the key as with a Java producer.
    Raises AccessRefused or another Retriable when no broker answers, OptionRefused, or
    EngineStopped when a record was refused or not taken within a minute.
    """
    with connected_admin(options):
        pass
    refused: list[str] = []

    def delivered(error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            refused.append(error.name())

    fixed = {"enable.idempotence": True, "partitioner": "murmur2_random"}
    producer = make(Producer, {**options, **fixed, "on_delivery": delivered})
    count = 0
    for record in records:
        _queue(producer, record)
        count += 1
        producer.poll(0)
    left = producer.flush(_STALL_S)
    if left or refused:
        reason = refused[0] if refused else "no answer"
        raise EngineStopped(
            f"{left + len(refused)} of {count} records were not taken ({reason}): {_AGAIN}"
        )
    return count


def _queue(producer: Producer, record: Output) -> None:
    """Put a record into the client's queue, waiting while the queue is full."""
    deadline = time.monotonic() + _STALL_S
    while True:
        try:
            producer.produce(
                record.topic, record.value, record.key, headers=list(record.headers) or None
            )
            return
        except BufferError:
            if time.monotonic() > deadline:
                raise EngineStopped(
                    f"the brokers took no record for {_STALL_S:g} s: {_AGAIN}"
                ) from None
            producer.poll(0.5)
