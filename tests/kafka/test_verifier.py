"""The verifier finds every kind of error."""

from collections.abc import Callable

from stream_edits.settings import Topics
from tests.build import canary_claim, timed
from tests.kafka.conftest import Deploy
from tests.kafka.topic_log import Kept, TopicLog
from tests.kafka.verifier import Verifier

Change = Callable[[list[Kept]], list[Kept]]


def lost(records: list[Kept]) -> list[Kept]:
    return records[1:]


def twice(records: list[Kept]) -> list[Kept]:
    return [*records, records[0]]


def other_bytes(records: list[Kept]) -> list[Kept]:
    return [records[0]._replace(value=(records[0].value or b"") + b"\0"), *records[1:]]


def counted(log: TopicLog, topics: Topics, topic: str, change: Change) -> tuple[int, int, int]:
    """The numbers of lost, duplicated and differing records that the verifier finds when one
    partition of a topic has other contents."""
    place = next(place for place in log.places if place[0] == topic and log.records[place])
    kept = log.records[place]
    log.records[place] = change(kept)
    try:
        verifier = Verifier(log, topics)
        verifier.verify()
    except AssertionError:
        assert verifier.problems
    finally:
        log.records[place] = kept
    return verifier.lost, verifier.duplicated, verifier.differing


def test_every_fault_is_seen(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    first, second = timed(canary_claim("1", "96365"), 9), timed(canary_claim("2", "96365"), 9)
    void = {"name": "V", "frequency_code": "8", "replaces_claim_id": first.claim_id}
    deployment.publish(
        [first, second, canary_claim("1", "96365", **void), canary_claim("3", "96366")]
    )
    deployment.publish_raw(b"CANARY", b"CANARY")
    deployment.flush()
    deployment.start()
    deployment.drain()
    log, topics = deployment.log, deployment.topics
    Verifier(log, topics).verify()

    published = (topics.by_member, topics.by_supervisor, topics.pass_, topics.deny)
    for topic in (*published, topics.pend, topics.dead_letter):
        assert counted(log, topics, topic, lost)[0] > 0, topic
        assert counted(log, topics, topic, twice)[1] > 0, topic
    assert min(counted(log, topics, topics.dead_letter, other_bytes)[:2]) > 0
    assert counted(log, topics, topics.encounter_state, other_bytes)[2] > 0
    for changelog in (topics.encounter_state, topics.supervision_state):
        assert counted(log, topics, changelog, lambda records: records[:-1])[2] > 0
    assert any(counted(log, topics, topics.by_member, lambda records: records[::-1]))
