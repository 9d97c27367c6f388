"""An earlier version on what a later one has written: unknown schema ids, in topics and in state.

The tests write the next version's ids by hand: to this version they are what its own are to the
one before it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from confluent_kafka import Producer

from stream_edits.domain.claim import ClaimEvent
from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.topic_log import Kept
from tests.kafka.verifier import compacted

pytestmark = pytest.mark.timeout(180)

LATER_ID = (9_999).to_bytes(4, "big")
PROGRESS = b"__progress__"


def by_later_version(value: bytes) -> bytes:
    """The framed value with a schema id that this version does not know."""
    return value[:1] + LATER_ID + value[5:]


def write(deployment: Deployment, records: Sequence[Kept]) -> None:
    """Append the records to their partitions."""
    producer = Producer({"bootstrap.servers": deployment.bootstrap})
    for record in records:
        producer.produce(record.topic, record.value, record.key, record.partition)
    assert producer.flush(30) == 0


def state(deployment: Deployment) -> list[Kept]:
    """What the changelog of the encounter stage holds, without its progress."""
    changelog, found = deployment.topics.encounter_state, []
    for (topic, _), records in deployment.log.records.items():
        if topic == changelog:
            last = {record.key: record for record in records}
            found += [last[key] for key in compacted(records) if key != PROGRESS]
    return found


def decided(deployment: Deployment) -> Counter[tuple[str, int]]:
    deployment.log.read_to_the_end()
    return Counter((d.claim_id, d.revision) for d in deployment.decisions())


def once(*published: list[ClaimEvent]) -> Counter[tuple[str, int]]:
    return Counter((claim.claim_id, 1) for batch in published for claim in batch)


def test_events_on_state_of_a_later_version_are_dead_letters_until_it_is_back(
    deploy: Deploy,
) -> None:
    deployment = deploy().create_topics()
    program = deployment.start()
    first = [canary_claim(str(number), "96365") for number in range(10)]
    deployment.publish(first)
    deployment.drain()
    program.terminate()
    before = state(deployment)
    write(deployment, [r._replace(value=by_later_version(r.value or b"")) for r in before])

    earlier = deployment.start()
    again = [replace(claim, event_id=f"{claim.event_id}-AGAIN") for claim in first]
    add_ons = [canary_claim(str(number), "96366", name="LATER") for number in range(10)]
    others = [canary_claim(str(number), "96365") for number in range(20, 30)]
    deployment.publish([*again, *add_ons, *others])
    deployment.drain()
    earlier.terminate()
    assert decided(deployment) == once(first, others), "nothing is decided without its state"
    letters = deployment.log.of(deployment.topics.dead_letter)
    assert Counter(dict(letter.headers)["error.class"] for letter in letters) == {
        b"UnknownSchema": len(again + add_ons)
    }

    write(deployment, before)
    deployment.start()
    redriven = deployment.command("dead-letters", "redrive", "--execute")
    assert redriven.returncode == 0, redriven.stderr
    deployment.drain()
    assert decided(deployment) == once(first, others, add_ons)
    assert {d.disposition.value for d in deployment.decisions()} == {"PASS"}, "all had a primary"


def test_messages_of_a_later_version_are_dead_letters(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    intake = deployment.start("intake")
    claims = [canary_claim(str(number), "96365") for number in range(10)]
    deployment.publish(claims)
    deployment.log.read_to_the_end()
    while len(deployment.log.of(deployment.topics.by_member)) < len(claims):
        assert intake.running, intake.tail()
        deployment.log.read_to_the_end()
    sent = deployment.log.of(deployment.topics.by_member)
    write(deployment, [r._replace(value=by_later_version(r.value or b"")) for r in sent])
    deployment.start("encounter")
    deployment.start("supervision")
    deployment.drain()
    assert decided(deployment) == once(claims)
    letters = deployment.log.of(deployment.topics.dead_letter)
    assert len(letters) == len(claims)
    assert {dict(letter.headers)["error.class"] for letter in letters} == {b"UnknownSchema"}
