"""Another program in the group of a stage: what it reads and commits is not lost unseen."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from confluent_kafka import Consumer, TopicPartition

from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.programs import Program, eventually
from tests.kafka.topic_changes import admin_of
from tests.kafka.topic_log import Kept

pytestmark = pytest.mark.timeout(180)


@contextmanager
def another_program(deployment: Deployment, group: str, topic: str) -> Iterator[Consumer]:
    """A plain consumer that commits automatically what it reads."""
    consumer = Consumer(
        {
            "bootstrap.servers": deployment.bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "range",
        }
    )
    consumer.subscribe([topic])
    try:
        yield consumer
    finally:
        consumer.close()


def last_line(program: Program) -> str:
    """The line with which a program ends by itself, with exit code 1."""
    assert program.exit_code(60) == 1
    program.accounted_for = True
    return program.output.strip().splitlines()[-1]


def decided(deployment: Deployment) -> Counter[str]:
    deployment.log.read_to_the_end()
    return Counter(decision.claim_id for decision in deployment.decisions())


def test_what_it_committed_while_intake_was_stopped_is_not_skipped(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    first = [canary_claim(str(n), "99213") for n in range(5)]
    deployment.publish(first)
    program = deployment.start()
    deployment.drain()
    program.terminate()
    later = [canary_claim(str(n), "99213") for n in range(5, 25)]
    deployment.publish(later)
    events, group = deployment.topics.events, deployment.settings.group_id("intake")
    with another_program(deployment, group, events) as consumer:
        assert len(consumer.consume(20, 30)) == 20

    line = last_line(deployment.start("intake"))
    assert f"group {group} has read up to 5 of {events}/0, but another program committed 25" in line
    assert "run --from progress" in line
    assert "CANARY" not in line

    deployment.start(START_FROM="progress")
    eventually(lambda: deployment.decided_by_now() >= 25, 60, deployment.tails)
    deployment.drain()
    assert decided(deployment) == Counter(claim.claim_id for claim in (*first, *later))
    # The next start needs no option.
    deployment.programs[-1].terminate()
    deployment.start("intake").says("assigned")


def test_a_stage_is_not_ready_while_it_is_there(deploy: Deploy) -> None:
    deployment = deploy(partitions=2).create_topics()
    events, group = deployment.topics.events, deployment.settings.group_id("intake")
    program = deployment.start("intake")
    program.says("assigned")
    with another_program(deployment, group, events) as consumer:
        eventually(lambda: bool(consumer.poll(0.1) or consumer.assignment()), 60, deployment.tails)
        program.says("strangers_in_group")
        assert program.running
    program.terminate()


def test_what_it_commits_stops_a_stage_that_cannot_tell_it_by_its_name(deploy: Deploy) -> None:
    deployment = deploy(partitions=2).create_topics()
    events, group = deployment.topics.events, deployment.settings.group_id("intake")
    intake = deployment.run_in_background("run", "--stage", "intake", KAFKA__CLIENT_ID="payer")
    deployment.publish([canary_claim(str(n), "99213") for n in range(20)])
    eventually(lambda: deployment.decided_by_now() == 20, 60, deployment.tails)
    with another_program(deployment, group, events) as consumer:
        eventually(lambda: bool(consumer.poll(0.1) or consumer.assignment()), 60, deployment.tails)
        deployment.publish([canary_claim(str(n), "99213") for n in range(20, 60)])
        eventually(lambda: consumer.poll(0.5) is None and not intake.running, 90, deployment.tails)
    assert f"another program has joined group {group}" in last_line(intake)


def test_records_between_the_stages_that_are_gone_unread_stop_the_next_one(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    topics = deployment.topics
    intake = deployment.start("intake")
    deployment.publish([canary_claim(str(n), "96365") for n in range(4)])
    eventually(lambda: len(routed(deployment)) == 4, 60, deployment.tails)
    intake.terminate()
    place = TopicPartition(topics.by_member, 0, routed(deployment)[2].offset)
    admin = admin_of(deployment)
    (gone,) = admin.delete_records([place]).values()
    gone.result(timeout=20)

    line = last_line(deployment.start("encounter"))
    assert f"{topics.by_member}/0 begins at offset {place.offset}" in line
    assert "run --from oldest" in line
    deployment.start("encounter", START_FROM="oldest")
    eventually(lambda: deployment.decided_by_now() == 2, 60, deployment.tails)


def routed(deployment: Deployment) -> list[Kept]:
    deployment.log.read_to_the_end()
    return deployment.log.of(deployment.topics.by_member)
