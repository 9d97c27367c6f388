"""Claims as other producers write them: compressed, in transactions, in a compacted topic."""

import time
from collections import Counter
from collections.abc import Iterable

import pytest
from confluent_kafka import Producer

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.programs import eventually
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(180)

encode = claim_encoder(schema_of(CLAIM_EVENT).id)


def claims(first: int, count: int) -> list[ClaimEvent]:
    return [canary_claim(str(number), "96365") for number in range(first, first + count)]


def produce(
    producer: Producer, topic: str, published: Iterable[ClaimEvent], partition: int = -1
) -> None:
    for claim in published:
        producer.produce(topic, encode(claim), claim.member_id.encode(), partition)
    assert producer.flush(30) == 0


def decided(deployment: Deployment) -> Counter[tuple[str, int]]:
    return Counter((d.claim_id, d.revision) for d in deployment.decisions())


def once(*published: list[ClaimEvent]) -> Counter[tuple[str, int]]:
    return Counter((claim.claim_id, 1) for batch in published for claim in batch)


def test_every_codec_is_read_and_written(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    published = []
    codecs = ("none", "gzip", "snappy", "lz4", "zstd")
    for place, codec in enumerate(codecs):
        options = {"bootstrap.servers": deployment.bootstrap, "linger.ms": 50}
        producer = Producer({**options, "compression.type": codec})
        portion = claims(place * 20, 20)
        produce(producer, deployment.topics.events, portion)
        published += portion
        # The stages, too, write with this codec what the next one reads.
        program = deployment.start(KAFKA__COMPRESSION_TYPE=codec)
        deployment.drain()
        program.terminate()
    assert decided(deployment) == once(published)
    Verifier(deployment.log, deployment.topics).verify()


def transactional(deployment: Deployment, name: str, timeout_ms: int = 60_000) -> Producer:
    producer = Producer(
        {
            "bootstrap.servers": deployment.bootstrap,
            "transactional.id": f"{deployment.name}-{name}",
            "transaction.timeout.ms": timeout_ms,
            "log_level": 0,
        }
    )
    producer.init_transactions(30)
    return producer


def test_aborted_input_is_not_decided(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    program = deployment.start()
    events, producer, committed = deployment.topics.events, transactional(deployment, "payer"), []
    for turn in range(6):
        portion = claims(turn * 10, 10)
        producer.begin_transaction()
        produce(producer, events, portion)
        if turn % 2:
            producer.abort_transaction(30)
        else:
            producer.commit_transaction(30)
            committed += portion
    deployment.drain()
    # The last records of the topic are aborted ones: a restart goes on behind the last event.
    program.terminate()
    deployment.start()
    later = claims(100, 10)
    deployment.publish(later)
    deployment.drain()
    assert decided(deployment) == once(committed, later)
    Verifier(deployment.log, deployment.topics).verify()


def test_a_hanging_transaction_of_a_publisher_is_waited_for(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    program = deployment.start()
    deployment.wait_for_members("intake", 1)
    events, hanging = deployment.topics.events, transactional(deployment, "hangs", 5_000)
    hanging.begin_transaction()
    produce(hanging, events, claims(0, 10))
    behind = claims(10, 20)
    deployment.publish(behind)
    assert (events, 0) in deployment.log.open_transactions()
    assert deployment.decided_by_now() == 0, "nothing is read past an open transaction"
    # The broker aborts it after its time-out.
    eventually(lambda: deployment.decided_by_now() == len(behind), 60, deployment.tails)
    assert program.running
    deployment.drain()
    assert decided(deployment) == once(behind)
    assert deployment.log.of(deployment.topics.dead_letter) == []


def compacted(deployment: Deployment) -> bool:
    """True when only the last record of each key is left before the newest segment."""
    deployment.read_anew()
    deployment.log.read_to_the_end()
    events = deployment.log.of(deployment.topics.events)
    return len({record.key for record in events[:-1]}) == len(events[:-1])


def test_gaps_of_a_compacted_input_are_passed(deploy: Deploy) -> None:
    """A publisher with one key for each member, and a topic that keeps the newest of each."""
    deployment = deploy(partitions=1).create_topics()
    events = deployment.topics.events
    for name, value in (
        ("cleanup.policy", "compact"),
        ("min.cleanable.dirty.ratio", "0.01"),
        ("segment.ms", "500"),
        ("max.compaction.lag.ms", "1000"),
    ):
        deployment.alter_topic(events, name, value)
    for turn in range(5):
        deployment.publish([canary_claim(str(n), "96365", name=f"N{turn}") for n in range(10)])
    # A newer record makes the earlier segment one that may be compacted.
    time.sleep(1)
    deployment.publish(claims(99, 1))
    eventually(lambda: compacted(deployment), 60, lambda: "not compacted")
    left = deployment.log.of(events)
    assert left[0].offset > 0
    assert len(left) < 51, "there is no gap"
    program = deployment.start()
    deployment.drain()
    program.terminate()
    again = deployment.start()
    later = claims(200, 5)
    deployment.publish(later)
    deployment.drain()
    assert again.running
    found = decided(deployment)
    assert set(found.values()) == {1}
    assert len(found) == len(left) + len(later)
    Verifier(deployment.log, deployment.topics).verify()
