"""`python -m tests.fuzz.records 200000`: records of any shape through running stages on a Kafka.

Keys, values, headers, timestamps and sizes are random; about half of the values are claims, or
reviews on the reviews' topic. The stages must never stop, and intake and the review stage must turn
each record into one output or one dead letter.
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from confluent_kafka import Producer

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.reviews import encode_review
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.synthetic.generator import generate
from tests.broker.choice import running_broker
from tests.fuzz.outcomes import claims_became, reviews_became
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.raw_records import RawHeaders, produce_raw
from tests.written_counts import write_counts

_CLAIMS = 2000
# One record in so many is published for a review.
_EACH_REVIEW = 10
_LARGEST = 1_048_588 - 120
_RAW_SHARE, _LARGE_SHARE = 0.02, 0.001
_TIMES = (0, 1, 1_000, 1_700_000_000_000, 253_402_300_799_999, 2**62)
_encode = claim_encoder(schema_of(CLAIM_EVENT).id)


class Fuzzed(NamedTuple):
    """A record to publish. `is_raw` is one that no Python client can write."""

    key: bytes | None
    value: bytes | None
    headers: RawHeaders
    timestamp_ms: int
    is_raw: bool


def claims(count: int, seed: int) -> list[bytes]:
    """The claims that fuzzed records of the claims' topic begin with."""
    return [_encode(claim) for claim in generate(seed, min(count, _CLAIMS), contested=False)]


def reviews(count: int, seed: int) -> list[bytes]:
    """The same for the reviews' topic: reviews on those claims."""
    generated = generate(seed, min(count, _CLAIMS), contested=False)
    return [encode_review(_review(claim)) for claim in generated]


def _review(claim: ClaimEvent) -> ReviewEvent:
    return ReviewEvent(
        review_id=f"review-{claim.event_id}",
        event_time=claim.event_time,
        member_id=claim.member_id,
        claim_id=claim.claim_id,
        decision_id="0d1c5b6e-0000-5000-8000-000000000000",
        line_number=claim.lines[0].line_number,
        outcome=ReviewOutcome.APPROVE,
        reason_code="FUZZ",
        reviewer="reviewer-1",
    )


def fuzzed(values: list[bytes], count: int, seed: int) -> Iterator[Fuzzed]:
    """This many records of the seed, made of these values."""
    dice = Random(seed)
    for _ in range(count):
        is_raw = dice.random() < _RAW_SHARE
        if dice.random() < _LARGE_SHARE:
            # It leaves a dead letter little room, or none.
            size = dice.randrange(_LARGEST - 900, _LARGEST - 60)
            yield Fuzzed(None, os.urandom(size), [], dice.choice(_TIMES), is_raw)
            continue
        yield Fuzzed(
            _octets(dice, 40),
            _value(dice, values),
            _headers(dice, is_raw),
            dice.choice(_TIMES),
            is_raw,
        )


def _headers(dice: Random, is_raw: bool) -> RawHeaders:
    count = dice.choice((0, 0, 1, 2, 9))
    return [(_name(dice, is_raw), _octets(dice, 60)) for _ in range(count)]


def _value(dice: Random, values: list[bytes]) -> bytes | None:
    value = dice.choice(values)
    changed = bytearray(value)
    changed[dice.randrange(len(changed))] = dice.randrange(256)
    cut = value[: dice.randrange(len(value))]
    return dice.choice((value, value, value, bytes(changed), cut, _octets(dice, 300)))


def _octets(dice: Random, most: int) -> bytes | None:
    return dice.choice((None, b"", dice.randbytes(dice.randrange(1, most))))


def _name(dice: Random, is_raw: bool) -> bytes:
    if is_raw:
        return dice.randbytes(dice.randrange(0, 30))
    names = ("traceparent", "tracestate", "redrive.count", "error.class", "source.value.sha256")
    return dice.choice((*names, "\u00e9t\u00e9", "x")).encode()


class Publisher:
    """Publishes fuzzed records to the partitions of a topic in turn."""

    def __init__(self, deployment: Deployment, topic: str) -> None:
        self._bootstrap = deployment.bootstrap
        self._topic = topic
        self._partitions = deployment.settings.partitions
        self._producer = Producer(
            {"bootstrap.servers": self._bootstrap, "message.max.bytes": _LARGEST + 2000}
        )

    def publish(self, number: int, record: Fuzzed) -> None:
        """Publish one record; `flush` must follow."""
        partition = number % self._partitions
        key, value, headers, at, is_raw = record
        if is_raw:
            produce_raw(self._bootstrap, (self._topic, partition), key, value, headers, at)
            return
        named: list[tuple[str, str | bytes | None]] = [(n.decode(), v) for n, v in headers]
        while True:
            try:
                self._producer.produce(
                    self._topic, value, key, partition, timestamp=at, headers=named
                )
                return
            except BufferError:
                self._producer.poll(0.1)

    def flush(self) -> None:
        """Wait until the broker has everything."""
        assert self._producer.flush(120) == 0, "the records could not be published"


def run(deployment: Deployment, count: int, seed: int) -> Counter[str]:
    """Publish, wait until all is processed, and check every record. Returns what became of them.

    Raises AssertionError.
    """
    stages = [deployment.start(stage) for stage in STAGES]
    topics, for_reviews = deployment.topics, count // _EACH_REVIEW
    _publish(deployment, topics.events, fuzzed(claims(count, seed), count - for_reviews, seed))
    _publish(deployment, topics.reviews, fuzzed(reviews(count, seed), for_reviews, seed + 1))
    deployment.drain(1200)
    assert all(program.running for program in stages)
    of_claims = claims_became(deployment, count - for_reviews)
    return of_claims + reviews_became(deployment, for_reviews)


def _publish(deployment: Deployment, topic: str, records: Iterator[Fuzzed]) -> None:
    deployment.alter_topic(topic, "message.timestamp.after.max.ms", str(2**63 - 1))
    # Old timestamps would let retention delete records unread.
    deployment.alter_topic(topic, "retention.ms", "-1")
    publisher = Publisher(deployment, topic)
    for number, record in enumerate(records):
        publisher.publish(number, record)
    publisher.flush()


def fuzz_settings() -> dict[str, str]:
    """Settings that let a stage take as many dead letters as come."""
    return {"BREAKER_SHARE": "1", "LOG_LEVEL": "WARNING", "LINGER_MS": "100"}


def main(count: int) -> None:
    """Run with this many records, and write the counts into docs/reliability.md."""
    with tempfile.TemporaryDirectory(prefix="stream-edits-fuzz-") as name:
        folder = Path(name)
        with (
            running_broker(folder) as bootstrap,
            Deployment(bootstrap, folder, 4, **fuzz_settings()) as deployment,
        ):
            # As small as it was before dead letters had a limit of their own.
            topic = deployment.create_topics().topics.dead_letter
            deployment.alter_topic(topic, "max.message.bytes", None)
            outcomes = run(deployment, count, seed=20261128)
    lines = [f"{count:,} records; no stage stopped, and each record had one outcome.", ""]
    lines += [f"* {name}: {number:,}" for name, number in sorted(outcomes.items())]
    print("\n".join(lines))
    write_counts("records", lines)


if __name__ == "__main__":
    main(int(sys.argv[1]))
