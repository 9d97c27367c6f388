"""Read a topic from its beginning, or from given offsets, up to its present end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from confluent_kafka import Consumer, IsolationLevel, KafkaError, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from ..advice import no_topic
from ..config import ClientOptions
from ..errors import Retriable, TopicsUnfit
from ..ports import Record
from .admin import connected_admin, partition_counts
from .client import ask_for_leaders, make
from .error_mapping import AWAY, FINAL_OF_TOPIC, client_errors, raise_final
from .futures import result_of
from .headers import headers_of
from .options import CHECKED, UNCHECKED, Options, merged
from .topic_facts import is_mock

_ASK_S = 15.0
_STALL_S = 30.0
_AT_ONCE = 500
READ_COMMITTED, READ_UNCOMMITTED = IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED


def read_topic(
    options: ClientOptions,
    topic: str,
    group_id: str,
    start: Mapping[int, int] | None = None,
    with_open: bool = False,
) -> Iterator[Record]:
    """Every committed record that the topic holds now, each partition in order.

    `start` holds the first offset by partition; other partitions are left out. With `with_open`,
    transactions that are open now are waited for, instead of read up to. The group is never
    joined. Raises TopicsUnfit, AccessRefused, Retriable after 30 s without an answer,
    FatalClientError.
    """
    isolation = READ_UNCOMMITTED if with_open else READ_COMMITTED
    ends, checks = _ends(options, topic, start, isolation)
    left = {number: end for number, (first, end) in ends.items() if first < end}
    if not left:
        return
    consumer = make(Consumer, _reader_options(options, group_id, checks))
    try:
        ask_for_leaders(consumer, topic)
        with client_errors("assign"):
            consumer.assign([TopicPartition(topic, n, ends[n][0]) for n in left])
        yield from _up_to(left, consumer, topic)
    finally:
        consumer.close()


def _up_to(left: dict[int, int], consumer: Consumer, topic: str) -> Iterator[Record]:
    deadline = time.monotonic() + _STALL_S
    while left:
        with client_errors("consume", AWAY):
            messages = consumer.consume(_AT_ONCE, 0.5)
        for message in messages:
            number, offset = message.partition() or 0, message.offset() or 0
            error = message.error()
            if error is None:
                if number in left and offset < left[number]:
                    yield _record(topic, message)
                # After the yield, so that the time of a slow caller does not count.
                deadline = time.monotonic() + _STALL_S
                offset += 1
            elif error.code() != KafkaError._PARTITION_EOF:
                if error.fatal() or error.code() in FINAL_OF_TOPIC:
                    raise_final(error, f"{topic}/{number}")
                continue
            if offset >= left.get(number, offset + 1):
                del left[number]
        if left and time.monotonic() > deadline:
            raise Retriable("_TIMED_OUT")


def _record(topic: str, message: Message) -> Record:
    return Record(
        topic,
        message.partition() or 0,
        message.offset() or 0,
        message.key(),
        message.value(),
        headers_of(message),
        message.timestamp()[1],
    )


def _ends(
    options: ClientOptions,
    topic: str,
    start: Mapping[int, int] | None,
    isolation: IsolationLevel,
) -> tuple[dict[int, tuple[int, int]], Mapping[str, object]]:
    """The first and the end offset by partition, before any open transaction if READ_COMMITTED;
    and whether the brokers have checksums, as client options."""
    with connected_admin(options) as admin:
        checks = UNCHECKED if is_mock(admin, _ASK_S) else CHECKED
        count = partition_counts(admin, [topic], _ASK_S)[topic]
        if count is None:
            raise TopicsUnfit(no_topic(topic))
        numbers = range(count) if start is None else [n for n in start if n < count]
        if not numbers:
            return {}, checks
        firsts = _offsets(admin, topic, numbers, OffsetSpec.earliest(), isolation)  # type: ignore[no-untyped-call]
        lasts = _offsets(admin, topic, numbers, OffsetSpec.latest(), isolation)  # type: ignore[no-untyped-call]
    given = start or {}
    return {n: (max(firsts[n], given.get(n, 0)), lasts[n]) for n in numbers}, checks


def _offsets(
    admin: AdminClient,
    topic: str,
    numbers: range | list[int],
    spec: OffsetSpec,
    isolation: IsolationLevel,
) -> dict[int, int]:
    questions = {TopicPartition(topic, number): spec for number in numbers}
    with client_errors("list_offsets", AWAY):
        answers = admin.list_offsets(questions, isolation_level=isolation, request_timeout=_ASK_S)
        return {
            place.partition: result_of(future, _ASK_S).offset for place, future in answers.items()
        }


def _reader_options(
    options: ClientOptions, group_id: str, checks: Mapping[str, object] = CHECKED
) -> Options:
    fixed: Options = {
        "group.id": group_id,
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        # The last offsets of a log may be transaction markers, which are never delivered.
        "enable.partition.eof": True,
        **checks,
    }
    return merged({"fetch.wait.max.ms": 50}, options, {}, fixed)
