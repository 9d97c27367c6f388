"""Limits that were raised as a message says, on a real Kafka: every command goes on with them."""

import os

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.raw_records import produce_raw
from tests.kafka.test_dead_letter_commands import BAD, lived, redrive

RAISED = "3000000"


def test_the_stages_and_commands_take_raised_limits(deploy: Deploy) -> None:
    deployment = deploy(partitions=1, KAFKA__MESSAGE_MAX_BYTES=RAISED).create_topics()
    topics = deployment.topics
    for topic in (topics.events, topics.dead_letter):
        deployment.alter_topic(topic, "max.message.bytes", RAISED)
    assert deployment.command("topics", "check").returncode == 0
    large = BAD + os.urandom(2_000_000)
    produce_raw(deployment.bootstrap, (topics.events, 0), b"k", large, [])
    lived(deployment)
    assert redrive(deployment, "--execute")[0] == 0

    claim = canary_claim("1", "96365")
    deployment.publish_raw(
        claim.member_id.encode(), claim_encoder(schema_of(CLAIM_EVENT).id)(claim)
    )
    deployment.flush()
    deployment.start()
    deployment.drain()
    deployment.log.read_to_the_end()
    assert [decision.claim_id for decision in deployment.decisions()] == [claim.claim_id]

    deployment.alter_topic(topics.dead_letter, "max.message.bytes", "70000")
    check = deployment.command("topics", "check")
    assert check.returncode == 1
    assert "has max.message.bytes=70000, not 1114124 or more" in check.stdout + check.stderr
