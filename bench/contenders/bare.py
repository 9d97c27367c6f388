"""The upper bound: a loop on confluent-kafka and fastavro without rules, validation and state.

The variant ``bytes`` does not decode. ``at_least_once`` flushes and commits without a transaction.
"""

import io
from collections.abc import Callable
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition
from fastavro import schemaless_reader, schemaless_writer

from bench.job import COMMIT_RECORDS, COMMIT_S, Job, Meter
from stream_edits.codec.framing import BODY_START, frame_head
from stream_edits.codec.schemas import CLAIM_DECISION, CLAIM_EVENT, schema_of

_CLAIM = schema_of(CLAIM_EVENT).parsed.root
_DECISION = schema_of(CLAIM_DECISION)
_HEAD = frame_head(_DECISION.id)


def run(job: Job, variant: str = "decode") -> None:
    """Copy ``job.records`` records onto the topic of passed claims."""
    exactly_once = variant != "at_least_once"
    consumer = consumer_of(job, job.input_topic)
    producer = producer_of(job, "bare", exactly_once)
    make = _as_it_is if variant == "bytes" else passed
    meter = Meter(job.records)
    topic, done = job.settings.topics.pass_, 0
    while not meter.done:
        messages = consumer.consume(COMMIT_RECORDS, COMMIT_S)
        if not messages:
            continue
        if exactly_once:
            producer.begin_transaction()
        offsets = _produce_all(messages, producer, topic, make)
        _commit(consumer, producer, offsets, exactly_once)
        done += len(messages)
        meter.committed(done)
    meter.report()
    consumer.close()


def passed(framed: bytes) -> tuple[bytes, bytes]:
    """A claim's id, and the decision to pay it as billed."""
    body = io.BytesIO(framed)
    body.seek(BODY_START)
    claim: Any = schemaless_reader(body, _CLAIM, None)
    return claim["claim_id"].encode(), decision_on(claim)


def decision_on(claim: Any) -> bytes:
    """The decision to pay a claim as billed, as fastavro writes it."""
    out = io.BytesIO()
    out.write(_HEAD)
    schemaless_writer(out, _DECISION.parsed.root, _decision(claim))
    return out.getvalue()


def _decision(claim: dict[str, Any]) -> dict[str, Any]:
    return {
        "decision_id": claim["event_id"],
        "trigger_event_id": None,
        "revision": 1,
        "supersedes": None,
        "claim_id": claim["claim_id"],
        "event_id": claim["event_id"],
        "line_of_business": claim["line_of_business"],
        "encounter_keys": [claim["member_id"]],
        "disposition": "PASS",
        "applicable": False,
        "lines": [
            {
                "line_number": line["line_number"],
                "procedure_code": line["procedure_code"],
                "disposition": "PASS",
                "billed_units": line["units"],
                "allowed_units": line["units"],
                "pricing": "FEE_SCHEDULE",
                "recommended_code": None,
            }
            for line in claim["lines"]
        ],
        "findings": [],
        "policy_id": "none",
        "policy_version": "none",
        "engine_version": "none",
        "decided_at": claim["event_time"],
        "source_topic": "",
        "source_partition": 0,
        "source_offset": 0,
    }


def _as_it_is(framed: bytes) -> tuple[bytes, bytes]:
    return framed[:0], framed


def _produce_all(
    messages: list[Message],
    producer: Producer,
    topic: str,
    make: Callable[[bytes], tuple[bytes, bytes]],
) -> dict[int, int]:
    offsets: dict[int, int] = {}
    for message in messages:
        assert message.error() is None, message.error()
        key, value = make(message.value() or b"")
        producer.produce(topic, value, key or message.key())
        offsets[message.partition() or 0] = (message.offset() or 0) + 1
    return offsets


def _commit(
    consumer: Consumer, producer: Producer, offsets: dict[int, int], exactly_once: bool
) -> None:
    topic = consumer.assignment()[0].topic
    places = [TopicPartition(topic, number, offset) for number, offset in offsets.items()]
    if exactly_once:
        producer.send_offsets_to_transaction(places, consumer.consumer_group_metadata())
        producer.commit_transaction()
    else:
        producer.flush()
        consumer.commit(offsets=places, asynchronous=False)


def consumer_of(job: Job, topic: str) -> Consumer:
    """A consumer of the topic, in a group of its own."""
    consumer = Consumer(
        {
            **job.settings.kafka_options(),
            "group.id": f"{job.settings.group_prefix}-{topic}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([topic])
    return consumer


def producer_of(job: Job, name: str, exactly_once: bool = True, linger_ms: int = 5) -> Producer:
    """A producer, with transactions under that name if ``exactly_once``."""
    options = {
        **job.settings.kafka_options(),
        "linger.ms": linger_ms,
        "compression.type": "lz4",
        "retry.backoff.ms": 5,
        "partitioner": "murmur2_random",
        "delivery.report.only.error": True,
    }
    if not exactly_once:
        return Producer({**options, "enable.idempotence": True})
    producer = Producer({**options, "transactional.id": f"{job.settings.group_prefix}-{name}"})
    producer.init_transactions()
    return producer
