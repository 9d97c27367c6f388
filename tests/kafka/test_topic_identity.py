"""Topics that are deleted and created again, groups whose offsets are gone, topics that grow."""

from collections import Counter

import pytest
from confluent_kafka import TopicPartition

from stream_edits.domain.claim import ClaimEvent
from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.programs import Program, eventually
from tests.kafka.topic_changes import (
    add_partitions,
    admin_of,
    delete_groups,
    delete_topic,
    recreate_topic,
)

pytestmark = pytest.mark.timeout(240)

BEFORE, AFTER = 40, 60


def claims(first: int, count: int) -> list[ClaimEvent]:
    """Claims of one member each. Some are decided by intake, the others by later stages."""
    codes = ("96365", "99213", "96413")
    return [canary_claim(str(n), codes[n % len(codes)]) for n in range(first, first + count)]


def decided(deployment: Deployment) -> Counter[tuple[str, int]]:
    """How often each revision of each claim was decided."""
    deployment.log.read_to_the_end()
    return Counter((d.claim_id, d.revision) for d in deployment.decisions())


def once(*published: list[ClaimEvent]) -> Counter[tuple[str, int]]:
    return Counter((claim.claim_id, 1) for batch in published for claim in batch)


def worked(deploy: Deploy, **settings: str) -> tuple[Deployment, Program, list[ClaimEvent]]:
    """A deployment that runs and has decided the first claims."""
    deployment = deploy(**settings).create_topics()
    program = deployment.start()
    first = claims(0, BEFORE)
    deployment.publish(first)
    deployment.drain()
    assert decided(deployment) == once(first)
    return deployment, program, first


def wait_until_decided(deployment: Deployment, count: int, seconds: float = 60.0) -> None:
    """Wait until there are this many decisions."""
    eventually(lambda: deployment.decided_by_now() >= count, seconds, deployment.tails)


def last_line(program: Program, seconds: float = 60.0) -> str:
    """The line with which a program ends by itself, with exit code 1."""
    assert program.exit_code(seconds) == 1
    program.accounted_for = True
    return program.output.strip().splitlines()[-1]


def test_claims_topic_created_again_while_running(deploy: Deploy) -> None:
    deployment, program, first = worked(deploy)
    events = deployment.topics.events
    recreate_topic(deployment, events)
    deployment.read_anew()
    later = claims(BEFORE, AFTER)
    deployment.publish(later)
    line = last_line(program)
    assert f"topic {events} was deleted" in line
    again = deployment.start("intake")
    assert f"stream-edits topics accept {events}" in last_line(again)

    accepted = deployment.command("topics", "accept", events)
    assert accepted.returncode == 0, accepted.stderr
    deployment.start()
    deployment.drain()
    assert decided(deployment) == once(first, later), "nothing is lost, nothing is decided twice"


def test_claims_topic_created_again_while_stopped(deploy: Deploy) -> None:
    deployment, program, first = worked(deploy)
    events = deployment.topics.events
    program.terminate()
    recreate_topic(deployment, events)
    deployment.read_anew()
    later = claims(BEFORE, AFTER)
    deployment.publish(later)
    line = last_line(deployment.start())
    assert f"topic {events} was deleted and created again" in line
    assert deployment.command("topics", "accept", events).returncode == 0
    deployment.start()
    deployment.drain()
    assert decided(deployment) == once(first, later)


@pytest.mark.parametrize(
    ("key", "running"),
    [("by_member", True), ("encounter_state", False), ("by_supervisor", False)],
)
def test_an_internal_topic_created_again_asks_for_a_rebuild(
    deploy: Deploy, key: str, running: bool
) -> None:
    deployment, program, first = worked(deploy)
    topic = deployment.topics.by_key()[key]
    if not running:
        program.terminate()
    recreate_topic(deployment, topic)
    deployment.read_anew()
    if not running:
        program = deployment.start()
    line = last_line(program)
    assert f"topic {topic} was deleted" in line
    assert "rebuild everything from the claims" in line
    refused = deployment.command("topics", "accept", topic)
    assert refused.returncode == 1
    assert "rebuild everything from the claims" in refused.stderr

    rebuild(deployment)
    later = claims(BEFORE, AFTER)
    deployment.publish(later)
    deployment.start()
    deployment.drain()
    # The decision topics were kept, so the first decisions are there once more: the same ones.
    assert decided(deployment) == once(first, first, later)
    kept = {d.decision_id for d in deployment.decisions()}
    assert len(kept) == BEFORE + AFTER, "a reader that checks decision_id processes nothing twice"


def rebuild(deployment: Deployment) -> None:
    """Rebuild everything from the claims, as docs/operations.md says."""
    topics = deployment.topics
    for topic in (
        *(topics.by_member, topics.by_supervisor, topics.known_topics),
        *(topics.encounter_state, topics.supervision_state),
    ):
        delete_topic(deployment, topic)
    delete_groups(deployment)
    deployment.create_topics()
    deployment.read_anew()


def test_a_decision_topic_created_again_is_accepted(deploy: Deploy) -> None:
    deployment, program, first = worked(deploy)
    topic = deployment.topics.pend
    recreate_topic(deployment, topic)
    assert f"topic {topic} was deleted" in last_line(program)
    later = claims(BEFORE, AFTER)
    deployment.publish(later)
    assert deployment.command("topics", "accept", topic).returncode == 0
    deployment.read_anew()
    deployment.start()
    deployment.drain()
    found = decided(deployment)
    assert found - once(first, later) == Counter(), "nothing is decided twice"
    assert once(later) - found == Counter(), "nothing that came later is lost"


def test_expired_offsets_stop_every_stage_until_it_goes_on_at_its_progress(deploy: Deploy) -> None:
    deployment, program, first = worked(deploy)
    program.terminate()
    delete_groups(deployment)
    later = claims(BEFORE, AFTER)
    deployment.publish(later)
    for stage in ("intake", "encounter"):
        line = last_line(deployment.start(stage))
        assert "no committed offset for" in line
        assert "run --from progress" in line
    assert decided(deployment) == once(first)
    deployment.start(START_FROM="progress")
    deployment.drain()
    assert decided(deployment) == once(first, later)


def test_a_new_group_may_start_at_the_newest_claim(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    deployment.publish(claims(0, BEFORE))
    program = deployment.start(START_FROM="newest")
    # Only intake has skipped what was there; later stages may still be on their way.
    program.says("assigned stage=intake")
    later = claims(BEFORE, AFTER)
    deployment.publish(later)
    wait_until_decided(deployment, len(later))
    assert decided(deployment) == once(later)


def test_the_claims_topic_may_grow_and_an_internal_one_may_not(deploy: Deploy) -> None:
    deployment, program, first = worked(deploy)
    add_partitions(deployment, deployment.topics.events, 5)
    deployment.read_anew()
    later = claims(BEFORE, AFTER)
    deployment.publish(later)
    program.says("partitions_changed")
    wait_until_decided(deployment, BEFORE + AFTER, seconds=90)
    assert decided(deployment) == once(first, later)
    program.terminate()
    restarted = deployment.start()
    deployment.wait_for_members("encounter", 1)
    add_partitions(deployment, deployment.topics.by_member, 5)
    line = last_line(restarted)
    assert f"topic {deployment.topics.by_member} has 5 partitions and had 2" in line


@pytest.mark.parametrize("policy", ["delete", "compact,delete"])
def test_a_changelog_that_is_not_compacted_is_refused(deploy: Deploy, policy: str) -> None:
    deployment = deploy().create_topics()
    topic = deployment.topics.encounter_state
    deployment.alter_topic(topic, "cleanup.policy", policy)
    line = last_line(deployment.start("encounter"))
    assert f"the changelog {topic} has cleanup.policy={policy}" in line
    deployment.alter_topic(topic, "cleanup.policy", "compact")
    program = deployment.start("encounter")
    deployment.wait_for_members("encounter", 1)
    program.terminate()


def test_a_changelog_whose_first_records_were_deleted_is_refused(deploy: Deploy) -> None:
    deployment, program, _ = worked(deploy)
    program.terminate()
    topic = deployment.topics.encounter_state
    # Kafka deletes no records of a topic that is only compacted.
    deployment.alter_topic(topic, "cleanup.policy", "compact,delete")
    admin = admin_of(deployment)
    for gone in admin.delete_records([TopicPartition(topic, 0, 1)]).values():
        gone.result(timeout=20)
    deployment.alter_topic(topic, "cleanup.policy", "compact")
    line = last_line(deployment.start("encounter"))
    assert f"the changelog {topic}/0 begins at offset 1" in line
    assert "rebuild everything from the claims" in line
