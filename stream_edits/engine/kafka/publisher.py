"""Publishing from outside the stages: for files of claims, the demo and tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from stream_edits.text import counted, verb

from ..config import ClientOptions
from ..errors import EngineStopped
from ..ports import Output
from .admin import connected_admin
from .client import make
from .error_mapping import raise_classified

_STALL_S = 60.0
# librdkafka's default of message.max.bytes.
_LARGEST = 1_000_000
TooLarge = Callable[[Output, int], None]
_LIMITS = (
    "raise STREAM_EDITS_KAFKA__MESSAGE_MAX_BYTES and max.message.bytes of the topic, then publish "
    "the file again: records that were taken are recognized as duplicates"
)
# A topic that is missing, or that is hidden by a missing right.
_NO_TOPIC = (
    "create the topics with `stream-edits topics create`, or grant the right to DESCRIBE and WRITE "
    "them, then publish the file again"
)
_AGAIN = (
    "check the brokers, the topic and the right to WRITE to it, then publish the file again: "
    "records that were taken are recognized as duplicates"
)
# Refused for its topic: by the client at once if it knows of that already, else by the brokers.
_OF_TOPIC = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
    }
)
_ADVICE = {
    KafkaError(KafkaError.MSG_SIZE_TOO_LARGE).name(): _LIMITS,
    KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART).name(): _NO_TOPIC,
    KafkaError(KafkaError._UNKNOWN_TOPIC).name(): _NO_TOPIC,
}


def publish_records(
    options: ClientOptions, records: Iterable[Output], too_large: TooLarge | None = None
) -> int:
    """Produce every record and wait until the brokers have them all. Returns their number.

    `options` are librdkafka properties. `too_large` is called with each record that the client does
    not send for its size, and the limit; without it, that ends the publishing. The
    partition follows from the key as with a Java producer.
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
        if _queue(producer, record, refused):
            count += 1
        elif too_large is None:
            raise EngineStopped(f"a record is too large for {record.topic}: {_LIMITS}")
        else:
            too_large(record, int(str(options.get("message.max.bytes", _LARGEST))))
        producer.poll(0)
    left = producer.flush(_STALL_S)
    if left or refused:
        reason = refused[0] if refused else "no answer"
        advice = _ADVICE.get(reason, _AGAIN)
        lost = left + len(refused)
        raise EngineStopped(
            f"{lost} of {counted(count, 'records')} {verb(lost, 'was', 'were')} not taken "
            f"({reason}): {advice}"
        )
    return count


def _queue(producer: Producer, record: Output, refused: list[str]) -> bool:
    """Put a record into the client's queue, waiting while it is full. False if it is too large.

    The reason of a record that the client does not take for its topic is added to ``refused``.
    """
    deadline = time.monotonic() + _STALL_S
    while True:
        try:
            producer.produce(
                record.topic, record.value, record.key, headers=list(record.headers) or None
            )
            return True
        except KafkaException as failure:
            error = failure.args[0]
            if error.code() in _OF_TOPIC:
                refused.append(error.name())
            elif error.code() != KafkaError.MSG_SIZE_TOO_LARGE:
                raise_classified(error, "produce")
            return error.code() in _OF_TOPIC
        except BufferError:
            if time.monotonic() > deadline:
                raise EngineStopped(
                    f"the brokers took no record for {_STALL_S:g} s: {_AGAIN}"
                ) from None
            producer.poll(0.5)
