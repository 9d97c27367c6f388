"""Records that cannot be read or written as they are: each becomes a decision or a dead letter."""

import hashlib
import os
from dataclasses import replace

import pytest

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.engine.dead_letters.dead_letter import is_reference, original
from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.raw_records import produce_raw
from tests.kafka.topic_log import Kept

pytestmark = pytest.mark.timeout(180)

LIMIT = 1_048_588
_encode = claim_encoder(schema_of(CLAIM_EVENT).id)


def letters(deployment: Deployment) -> list[Kept]:
    deployment.log.read_to_the_end()
    return deployment.log.of(deployment.topics.dead_letter)


def decided_ids(deployment: Deployment) -> list[str]:
    deployment.log.read_to_the_end()
    return sorted(d.claim_id for d in deployment.decisions())


def test_a_header_name_that_is_not_utf8(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    claim, later = canary_claim("1", "96365"), canary_claim("2", "96365")
    place = (deployment.topics.events, 0)
    odd = [(b"caf\xe9", b"latin"), (b"x", None)]
    produce_raw(deployment.bootstrap, place, b"k", _encode(claim), odd)
    produce_raw(deployment.bootstrap, place, b"k", b"CANARY is not a claim", odd)
    deployment.publish([later])
    deployment.start()
    deployment.drain()
    assert decided_ids(deployment) == sorted([claim.claim_id, later.claim_id])
    (letter,) = letters(deployment)
    assert (letter.key, letter.value) == (b"k", b"CANARY is not a claim")
    message = dict(letter.headers)["error.message"] or b""
    assert b"its headers are left out, because a name in them is not UTF-8" in message


def test_a_header_name_with_a_nul_is_cut_there(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    place = (deployment.topics.events, 0)
    own = [(b"a\0b", b"1"), (b"c", None)]
    produce_raw(deployment.bootstrap, place, b"k", b"CANARY is not a claim", own)
    deployment.start("intake")
    deployment.drain()
    (letter,) = letters(deployment)
    assert list(original(letter.headers).headers) == [("a", b"1"), ("c", None)]
    assert (letter.key, letter.value) == (b"k", b"CANARY is not a claim")


def test_a_record_that_leaves_no_room_for_the_headers_of_a_dead_letter(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    # As in a deployment that was made before dead letters had a limit of their own.
    deployment.alter_topic(deployment.topics.dead_letter, "max.message.bytes", None)
    noise = os.urandom(LIMIT - 288)
    place = (deployment.topics.events, 0)
    produce_raw(deployment.bootstrap, place, b"key", noise, [(b"own", b"header")])
    claim = canary_claim("1", "96365")
    deployment.publish([claim])
    program = deployment.start()
    deployment.drain()
    program.says("dead_letters_may_not_fit")
    assert decided_ids(deployment) == [claim.claim_id]
    (letter,) = letters(deployment)
    assert is_reference(letter.headers)
    assert (letter.key, letter.value) == (b"key", None)
    assert list(original(letter.headers).headers) == [("own", b"header")]
    headers = dict(letter.headers)
    assert headers["source.value.bytes"] == b"%d" % len(noise)
    assert headers["source.value.sha256"] == hashlib.sha256(noise).hexdigest().encode()
    assert (headers["source.topic"], headers["source.offset"]) == (
        deployment.topics.events.encode(),
        b"0",
    )
    shown = deployment.command("dead-letters", "show", "0/0").stdout
    assert f"value: {len(noise):,} bytes, still in {deployment.topics.events}" in shown

    redriven = deployment.command("dead-letters", "redrive", "--execute")
    assert redriven.returncode == 0, redriven.stderr
    deployment.drain()
    _, again = letters(deployment)
    headers = dict(again.headers)
    assert headers["redrive.count"] == b"1"
    assert headers["source.offset"] != b"0"
    assert headers["source.value.sha256"] == hashlib.sha256(noise).hexdigest().encode()


def test_the_dead_letter_topic_takes_the_largest_record_with_its_headers(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    noise = os.urandom(LIMIT - 288)
    place = (deployment.topics.events, 0)
    produce_raw(deployment.bootstrap, place, b"key", noise, [])
    deployment.start()
    deployment.drain()
    (letter,) = letters(deployment)
    assert letter.value == noise


def test_a_claim_that_is_larger_than_the_other_topics_take(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    events = deployment.topics.events
    deployment.alter_topic(events, "max.message.bytes", "4000000")
    value = _encode(canary_claim("1", "96365"))
    wide = value + os.urandom(1_900_000)
    produce_raw(deployment.bootstrap, (events, 0), b"k", wide, [])
    small = canary_claim("2", "96365")
    deployment.publish([small])
    deployment.start()
    deployment.drain()
    assert decided_ids(deployment) == [small.claim_id]
    (letter,) = letters(deployment)
    assert is_reference(letter.headers)
    assert dict(letter.headers)["source.value.bytes"] == b"%d" % len(wide)


@pytest.mark.parametrize("header", ["traceparent", "x"])
def test_a_header_as_large_as_a_record_may_be(deploy: Deploy, header: str) -> None:
    deployment = deploy(partitions=1).create_topics()
    claims = [canary_claim(str(n), "96365") for n in range(5)]
    deployment.publish(claims[:2])
    large = os.urandom(LIMIT - 2000)
    place = (deployment.topics.events, 0)
    for value in (_encode(claims[2]), b"not a claim"):
        produce_raw(deployment.bootstrap, place, b"k", value, [(header.encode(), large)])
    deployment.publish(claims[3:])
    deployment.start()
    deployment.drain()
    gone = {letter.value for letter in letters(deployment)}
    expected = [c.claim_id for c in claims if _encode(c) not in gone]
    assert decided_ids(deployment) == sorted(expected)
    assert b"not a claim" in gone or any(is_reference(x.headers) for x in letters(deployment))
    assert len(letters(deployment)) + len(expected) == 6


def test_a_limit_that_is_lowered_while_a_stage_runs(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    program = deployment.start()
    first = canary_claim("1", "96365")
    deployment.publish([first])
    deployment.drain()
    for topic in (deployment.topics.by_member, deployment.topics.pend):
        deployment.alter_topic(topic, "max.message.bytes", "65536")
    later = [canary_claim(str(n), "96365") for n in range(2, 6)]
    named = replace(later[2].lines[0], drug_name=os.urandom(100_000).hex())
    wide = replace(later[2], lines=(named,))
    deployment.publish([*later[:2], wide, later[3]])
    deployment.drain()
    assert program.running
    (letter,) = letters(deployment)
    assert letter.value == _encode(wide)
    assert dict(letter.headers)["error.class"] == b"TooLarge"
    assert len(decided_ids(deployment)) == 4


def test_a_topic_that_takes_hardly_anything_is_waited_for(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    program = deployment.start()
    deployment.wait_for_members("intake", 1)
    topic = deployment.topics.by_member
    deployment.alter_topic(topic, "max.message.bytes", "100")
    claims = [canary_claim(str(n), "96365") for n in range(5)]
    deployment.publish(claims)
    program.says("MSG_SIZE_TOO_LARGE")
    deployment.alter_topic(topic, "max.message.bytes", None)
    deployment.drain()
    assert letters(deployment) == []
    assert len(decided_ids(deployment)) == 5


def test_a_topic_that_takes_hardly_anything_stops_a_start(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    topic = deployment.topics.by_member
    deployment.alter_topic(topic, "max.message.bytes", "100")
    stopped = deployment.start("intake")
    assert stopped.exit_code(30) == 1
    assert f"{topic} has max.message.bytes=100, too small" in stopped.output
    stopped.accounted_for = True


def test_any_timestamp(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    timestamps = (0, 1, 2**53, 253_402_300_800_000)
    claims = [canary_claim(str(n), "96365") for n in range(len(timestamps))]
    later = canary_claim("later", "96365")
    deployment.alter_topic(
        deployment.topics.events, "message.timestamp.after.max.ms", "9223372036854775807"
    )
    place = (deployment.topics.events, 0)
    for claim, timestamp_ms in zip(claims, timestamps, strict=True):
        produce_raw(deployment.bootstrap, place, b"k", _encode(claim), [], timestamp_ms)
    deployment.publish([later])
    program = deployment.start()
    deployment.drain()
    assert program.running
    kept = {record.timestamp_ms for record in deployment.log.of(deployment.topics.events)}
    assert kept >= set(timestamps), "the broker took them as they are"
    taken = decided_ids(deployment)
    buried = {letter.value for letter in letters(deployment)}
    for claim in (*claims, later):
        assert (claim.claim_id in taken) != (_encode(claim) in buried), "one of both, once"
    assert len(taken) + len(letters(deployment)) == len(claims) + 1
