"""Unclean leader election: a replica that lacks the newest records becomes the leader."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from tests.broker.cluster import Cluster
from tests.build import canary_claim
from tests.kafka.deployment import Deployment
from tests.kafka.programs import Program, eventually

pytestmark = [pytest.mark.timeout(240), pytest.mark.kafka]

LEADER, FOLLOWER = 2, 3
encode = claim_encoder(schema_of(CLAIM_EVENT).id)


def claims(first: int, count: int) -> list[ClaimEvent]:
    return [canary_claim(str(number), "96365") for number in range(first, first + count)]


# Published before the election, lost by it, and published after it.
KEPT, LOST, LATER = claims(0, 20), claims(20, 20), claims(40, 60)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path / "cluster") as cluster:
        yield cluster


def deployed(cluster: Cluster, folder: Path, weak: str) -> Deployment:
    """A deployment of one partition, whose topic `weak` has two replicas and may lose records."""
    deployment = Deployment(
        cluster.bootstrap, folder, 1, REPLICATION_FACTOR="3", SESSION_TIMEOUT_MS="20000"
    )
    topic = deployment.topics.by_key()[weak]
    compacted = {"cleanup_policy": "compact"} if weak.endswith("state") else {}
    replicas = [LEADER, FOLLOWER]
    cluster.create_topic(topic, replicas, unclean_leader_election_enable="true", **compacted)
    return deployment.create_topics()


def in_sync(cluster: Cluster, topic: str) -> None:
    """Wait until both replicas have everything."""
    eventually(lambda: cluster.in_sync(topic)[1] == {LEADER, FOLLOWER}, 30, lambda: "not in sync")


def stop_follower(cluster: Cluster, topic: str) -> None:
    """Stop the follower, so that the leader alone has what is written from now on."""
    in_sync(cluster, topic)
    cluster.nodes[FOLLOWER].stop()
    eventually(lambda: cluster.in_sync(topic) == (LEADER, {LEADER}), 30, lambda: "still in sync")


def elect_follower(cluster: Cluster, topic: str) -> None:
    """Kill the leader and let the follower lead, with the records that it has."""
    cluster.nodes[LEADER].kill()
    cluster.nodes[FOLLOWER].start(90)
    eventually(lambda: cluster.in_sync(topic)[0] == FOLLOWER, 60, lambda: "no election")


def publish(deployment: Deployment, published: list[ClaimEvent]) -> None:
    """By a new producer: others miss the last sequence number in the log of the new leader."""
    producer = Producer({"bootstrap.servers": deployment.bootstrap, "log_level": 0})
    for claim in published:
        producer.produce(deployment.topics.events, encode(claim), claim.member_id.encode())
    assert producer.flush(30) == 0


def committed_by_intake(deployment: Deployment) -> int:
    group = deployment.settings.group_id("intake")
    return deployment.log.committed(group).get((deployment.topics.events, 0), 0)


def intake_reads_to(deployment: Deployment, offset: int) -> None:
    eventually(lambda: committed_by_intake(deployment) >= offset, 60, deployment.tails)


def sent_on(deployment: Deployment) -> int:
    deployment.log.read_to_the_end()
    return len(deployment.log.of(deployment.topics.by_member))


def last_line(program: Program) -> str:
    assert program.exit_code(40) == 1
    program.accounted_for = True
    return program.output.strip().splitlines()[-1]


def lose_claims(cluster: Cluster, deployment: Deployment, *, stop: bool) -> Program:
    """Intake has read what the election loses. Others have taken the lost offsets then.

    With `stop` it is stopped meanwhile, and started again.
    """
    events = deployment.topics.events
    program = deployment.start("intake")
    publish(deployment, KEPT)
    intake_reads_to(deployment, len(KEPT))
    stop_follower(cluster, events)
    publish(deployment, LOST)
    intake_reads_to(deployment, len(KEPT + LOST))
    if stop:
        program.terminate()
    elect_follower(cluster, events)
    publish(deployment, LATER)
    deployment.read_anew()
    return deployment.start("intake") if stop else program


def test_a_running_stage_stops_when_claims_that_it_has_read_are_lost(
    cluster: Cluster, tmp_path: Path
) -> None:
    with deployed(cluster, tmp_path, "events") as deployment:
        line = last_line(lose_claims(cluster, deployment, stop=False))
        assert f"the committed offset of {deployment.topics.events}/0 is not in the log" in line
        assert "unclean leader election" in line
        assert sent_on(deployment) == len(KEPT + LOST), "nothing was read past the gap"


def test_what_came_after_the_election_is_read_as_advised(cluster: Cluster, tmp_path: Path) -> None:
    with deployed(cluster, tmp_path, "events") as deployment:
        line = last_line(lose_claims(cluster, deployment, stop=False))
        assert "stream-edits topics accept" in line
        accepted = deployment.command("topics", "accept", deployment.topics.events)
        assert accepted.returncode == 0, accepted.stderr
        deployment.start("intake")
        intake_reads_to(deployment, len(KEPT + LATER))
        assert sent_on(deployment) >= len(KEPT + LOST + LATER)


def test_a_stopped_stage_notices_at_its_start_that_claims_are_lost(
    cluster: Cluster, tmp_path: Path
) -> None:
    with deployed(cluster, tmp_path, "events") as deployment:
        line = last_line(lose_claims(cluster, deployment, stop=True))
        assert f"the committed offset of {deployment.topics.events}/0 is not in the log" in line
        assert "unclean leader election" in line
        assert "stream-edits topics accept" in line
        assert sent_on(deployment) == len(KEPT + LOST), "nothing was read past the gap"


@pytest.mark.parametrize("stop", [False, True])
def test_a_clean_election_stops_no_stage(cluster: Cluster, tmp_path: Path, stop: bool) -> None:
    """The leader's epoch rises, and every record is still there."""
    with deployed(cluster, tmp_path, "events") as deployment:
        events = deployment.topics.events
        program = deployment.start("intake")
        publish(deployment, KEPT)
        intake_reads_to(deployment, len(KEPT))
        in_sync(cluster, events)
        if stop:
            program.terminate()
        cluster.nodes[LEADER].stop()
        eventually(lambda: cluster.in_sync(events)[0] == FOLLOWER, 60, lambda: "no election")
        deployment.read_anew()
        if stop:
            program = deployment.start("intake")
        publish(deployment, LATER)
        intake_reads_to(deployment, len(KEPT + LATER))
        assert program.running
        assert sent_on(deployment) == len(KEPT + LATER), "each once"


def test_a_stopped_stage_with_state_notices_that_its_input_lost_records(
    cluster: Cluster, tmp_path: Path
) -> None:
    """What intake sent to the encounter stage is lost while no stage runs."""
    with deployed(cluster, tmp_path, "by_member") as deployment:
        program = deployment.start()
        deployment.publish(KEPT)
        deployment.drain()
        stop_follower(cluster, deployment.topics.by_member)
        deployment.publish(LOST)
        deployment.drain()
        program.terminate()
        elect_follower(cluster, deployment.topics.by_member)
        deployment.read_anew()
        deployment.publish(LATER)
        line = last_line(deployment.start())
        assert f"the committed offset of {deployment.topics.by_member}/0 is not in the log" in line
        assert "rebuild everything" in line


def test_state_lost_by_an_election_stops_the_stage(cluster: Cluster, tmp_path: Path) -> None:
    """The changelog of a running stage loses state that the stage has in memory."""
    with deployed(cluster, tmp_path, "encounter_state") as deployment:
        topics = deployment.topics
        program = deployment.start()
        deployment.publish(KEPT)
        deployment.drain()
        stop_follower(cluster, topics.encounter_state)
        deployment.publish(LOST)
        deployment.drain()
        elect_follower(cluster, topics.encounter_state)
        deployment.read_anew()
        deployment.publish(LATER)
        line = last_line(program)
        assert "OUT_OF_ORDER_SEQUENCE_NUMBER: a topic lost records" in line
        again = last_line(deployment.start())
        assert f"state of {topics.by_member}/0" in again
        assert "ends at 20, behind the committed offset" in again
        assert "the changelog lost records" in again
        deployment.log.read_to_the_end()
        found = Counter((d.claim_id, d.revision) for d in deployment.decisions())
        assert found == Counter((claim.claim_id, 1) for claim in KEPT + LOST)
