"""`python -m tests.fuzz.records 200000`: records of any shape through running stages on a Kafka.

Keys, values, headers, timestamps and sizes are random; about half of the values are claims. The
stages must never stop, and intake must turn each record into one output or one dead letter.
"""

import hashlib
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from confluent_kafka import Producer

from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.messages import decode_by_member
from stream_edits.codec.schemas import CLAIM_EVENT, PackagedSchemas, schema_of
from stream_edits.domain.messages import RoutedClaim
from stream_edits.engine.dead_letter_headers import (
    SOURCE_OFFSET,
    SOURCE_PARTITION,
    SOURCE_TOPIC,
    VALUE_SHA256,
)
from stream_edits.synthetic.generator import generate
from tests.broker.choice import running_broker
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.raw_records import RawHeaders, produce_raw
from tests.written_counts import write_counts

_CLAIMS = 2000
_LARGEST = 1_048_588 - 120
_RAW_SHARE, _LARGE_SHARE = 0.02, 0.001
_TIMES = (0, 1, 1_000, 1_700_000_000_000, 253_402_300_799_999, 2**62)
_encode = claim_encoder(schema_of(CLAIM_EVENT).id)
Place = tuple[int, int]


class Fuzzed(NamedTuple):
    """A record to publish. `is_raw` is one that no Python client can write."""

    key: bytes | None
    value: bytes | None
    headers: RawHeaders
    timestamp_ms: int
    is_raw: bool


def fuzzed(count: int, seed: int) -> Iterator[Fuzzed]:
    """This many records of the seed."""
    dice = Random(seed)
    values = [_encode(claim) for claim in generate(seed, min(count, _CLAIMS), contested=False)]
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

    def __init__(self, deployment: Deployment) -> None:
        self._bootstrap = deployment.bootstrap
        self._topic = deployment.topics.events
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
    events = deployment.topics.events
    deployment.alter_topic(events, "message.timestamp.after.max.ms", str(2**63 - 1))
    # Old timestamps would let retention delete records unread.
    deployment.alter_topic(events, "retention.ms", "-1")
    publisher = Publisher(deployment)
    stages = [deployment.start(stage) for stage in STAGES]
    for number, record in enumerate(fuzzed(count, seed)):
        publisher.publish(number, record)
    publisher.flush()
    deployment.drain(1200)
    assert all(program.running for program in stages)
    published = deployment.log.of(events)
    assert len(published) == count
    decided, dead = _by_output(deployment), _by_letter(deployment)
    outcomes: Counter[str] = Counter()
    for kept in published:
        place = kept.partition, kept.offset
        assert decided[place] + len(dead.get(place, ())) == 1, f"{place} has not one outcome"
        if place in dead:
            ((digest, error_class, is_reference),) = dead[place]
            assert digest == hashlib.sha256(kept.value or b"").hexdigest(), "other bytes"
            outcomes[error_class] += 1
            outcomes["references"] += is_reference
    outcomes["routed or decided"] = decided.total()
    return outcomes


def _by_output(deployment: Deployment) -> Counter[Place]:
    """How often each record of the events was routed, or decided by intake."""
    topics, found = deployment.topics, Counter[Place]()
    decode = ClaimReader(PackagedSchemas()).decode
    for record in deployment.log.of(topics.by_member):
        message, _ = decode_by_member(record.value or b"", decode)
        if isinstance(message, RoutedClaim):
            found[message.source.partition, message.source.offset] += 1
    routed = set(found)
    for record in deployment.log.of(topics.pass_, topics.pend, topics.deny):
        source = decode_decision(record.value or b"", PackagedSchemas()).source
        place = source.partition, source.offset
        if place not in routed:
            found[place] += 1
    return found


def _by_letter(deployment: Deployment) -> dict[Place, list[tuple[str, str, bool]]]:
    """The digest of the value, the error class, and whether it is a reference, by source."""
    found: dict[Place, list[tuple[str, str, bool]]] = {}
    for letter in deployment.log.of(deployment.topics.dead_letter):
        headers = {name: value or b"" for name, value in letter.headers}
        if headers[SOURCE_TOPIC].decode() != deployment.topics.events:
            continue
        place = int(headers[SOURCE_PARTITION]), int(headers[SOURCE_OFFSET])
        is_reference = letter.headers[-1][0] == VALUE_SHA256
        digest = hashlib.sha256(letter.value or b"").hexdigest()
        if is_reference:
            digest = headers[VALUE_SHA256].decode()
        entry = (digest, headers["error.class"].decode(), is_reference)
        found.setdefault(place, []).append(entry)
    return found


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
