"""Checks the output of contenders that copy records exactly once."""

import time
from collections import Counter
from collections.abc import Iterator

from confluent_kafka import Consumer, KafkaError, TopicPartition

from bench.job import Job

_SILENCE_S = 20.0


class WrongOutput(Exception):
    """Records are missing, repeated, or were never in the input. The message has their number."""


def check_copied_once(job: Job) -> None:
    """Raise WrongOutput unless the committed output is the input, each record once, without gaps.

    A contender may stop anywhere after ``job.records`` records, so that the rest of each partition
    is not copied. The records of a gap before that are missing.
    """
    copies = Counter(value for _, value in _committed(job, job.settings.topics.pass_))
    if copies.total() < job.records:
        raise WrongOutput(f"{copies.total()} committed records of {job.records}")
    rest, missing = set[int](), 0
    expected = Counter[bytes]()
    for partition, value in _committed(job, job.input_topic):
        expected[value] += 1
        if copies[value] == 0:
            rest.add(partition)
        elif partition in rest:
            missing += 1
    if missing:
        raise WrongOutput(f"{missing} records follow one of their partition that is missing")
    if more := (copies - expected).total():
        raise WrongOutput(f"{more} records are repeated, or were never in the input")


def _committed(job: Job, topic: str) -> Iterator[tuple[int, bytes]]:
    """Partition and value of all committed records, each partition in its order."""
    consumer = Consumer(
        {
            **job.settings.kafka_options(),
            "group.id": f"{job.settings.group_prefix}-check",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    left = set(range(job.settings.partitions))
    consumer.assign([TopicPartition(topic, number, 0) for number in left])
    heard = time.monotonic()
    while left:
        messages = consumer.consume(1000, 0.1)
        if messages:
            heard = time.monotonic()
        elif time.monotonic() - heard > _SILENCE_S:
            raise WrongOutput(f"{topic} could not be read to its end")
        for message in messages:
            if error := message.error():
                assert error.code() == KafkaError._PARTITION_EOF, error
                left.discard(message.partition() or 0)
            else:
                yield message.partition() or 0, message.value() or b""
    consumer.close()
