"""Headers of decisions and of dead letters (docs/spec/contract.md, Headers, Dead letters)."""

from collections.abc import Mapping

from confluent_kafka import Producer

from stream_edits import ENGINE_VERSION
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.domain.claim import LineOfBusiness
from tests.build import canary_claim, timed
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.malformed import malformed
from tests.kafka.topic_log import Kept

TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_decisions_are_cloud_events_in_the_trace_of_their_claim(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    events = {
        "intake": canary_claim("1", "96365", line_of_business=LineOfBusiness.MEDICARE),
        "encounter": canary_claim("2", "96366"),
        "supervision": timed(canary_claim("3", "96365"), 9),
    }
    encode = claim_encoder(5)
    for event in events.values():
        headers = [("x-other", b"CANARY"), ("traceparent", TRACE), ("tracestate", b"a=1")]
        deployment.publish_raw(event.member_id.encode(), encode(event), headers)
    deployment.flush()
    deployment.start()
    deployment.drain()
    topics = deployment.topics
    records = deployment.log.of(topics.pass_, topics.pend, topics.deny)
    assert len(records) == len(events)
    for record in records:
        decision = decode_decision(record.value or b"", PackagedSchemas())
        assert record.key == decision.claim_id.encode()
        assert dict(record.headers) == {
            "traceparent": TRACE,
            "tracestate": b"a=1",
            "ce_specversion": b"1.0",
            "ce_id": decision.decision_id.encode(),
            "ce_source": b"/stream-edits",
            "ce_type": b"stream_edits.v1.ClaimDecision",
            "ce_time": decision.decided_at.isoformat(timespec="milliseconds").encode(),
            "content-type": b"application/avro",
        }
        assert len(record.headers) == 8
    assert "CANARY" not in deployment.all_output()


def dead_letters(deployment: Deployment) -> Mapping[tuple[bytes | None, bytes | None], Kept]:
    letters = deployment.log.of(deployment.topics.dead_letter)
    by_record = {(letter.key, letter.value): letter for letter in letters}
    assert len(by_record) == len(letters)
    return by_record


def because(letter: Kept, original: list[tuple[str, bytes | None]]) -> dict[str, str]:
    """The headers of a dead letter, which follow the unchanged ones of the record."""
    assert list(letter.headers[: len(original)]) == original
    added = letter.headers[len(original) :]
    assert len({name for name, _ in added}) == len(added)
    return {name: (value or b"").decode() for name, value in added}


def test_dead_letters_are_the_record_and_say_why(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    bad = list(malformed(7))
    original = [("traceparent", TRACE), ("same", b"CANARY-1"), ("same", b"\xff"), ("none", None)]
    for record in bad:
        deployment.publish_raw(record.key, record.value, original)
    good = canary_claim("1", "96365")
    deployment.publish([good])
    program = deployment.start()
    deployment.drain()
    assert [d.claim_id for d in deployment.decisions()] == [good.claim_id]

    letters = dead_letters(deployment)
    assert letters.keys() == {(record.key, record.value) for record in bad}
    arrived = deployment.log.of(deployment.topics.events)
    for place, record in enumerate(bad):
        headers = because(letters[record.key, record.value], original)
        message = headers.pop("error.message")
        assert message
        assert "CANARY" not in message
        assert headers == {
            "error.class": record.error_class,
            "error.stage": "intake",
            "source.topic": deployment.topics.events,
            "source.partition": "0",
            "source.offset": str(place),
            "source.timestamp": str(arrived[place].timestamp_ms),
            "engine.version": ENGINE_VERSION,
            "redrive.count": "0",
        }
    program.terminate()
    assert "CANARY" not in deployment.all_output()


def test_a_later_stage_buries_its_own_input(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    topics = deployment.topics
    stages = {"encounter": topics.by_member, "supervision": topics.by_supervisor}
    producer = Producer({"bootstrap.servers": deployment.bootstrap})
    for topic in stages.values():
        producer.produce(topic, b"CANARY-BYTES", b"CANARY-KEY", headers={"x": b"1"})
    assert producer.flush(20) == 0
    deployment.start()
    deployment.drain()
    letters = deployment.log.of(topics.dead_letter)
    found = [because(letter, [("x", b"1")]) for letter in letters]
    assert {(s["error.stage"], s["source.topic"], s["source.offset"]) for s in found} == {
        (stage, topic, "0") for stage, topic in stages.items()
    }
    assert {(letter.key, letter.value) for letter in letters} == {(b"CANARY-KEY", b"CANARY-BYTES")}
    assert "CANARY" not in deployment.all_output()
