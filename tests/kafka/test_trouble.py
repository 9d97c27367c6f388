"""A Kafka that is away at the start, or that has deleted unread records."""

from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from tests.broker import LocalKafka
from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment

pytestmark = pytest.mark.timeout(180)


def decided(deployment: Deployment) -> list[tuple[str, int]]:
    return sorted((d.claim_id, d.revision) for d in deployment.decisions())


def test_a_broker_that_is_away_is_waited_for(local_kafka: LocalKafka, tmp_path: Path) -> None:
    with Deployment(local_kafka.bootstrap, tmp_path, 2) as deployment:
        deployment.create_topics()
        events = [canary_claim(str(number), "96365") for number in range(20)]
        deployment.publish(events)
        local_kafka.stop()
        program = deployment.start()
        program.says("client_retry")
        assert program.running
        local_kafka.start()
        deployment.drain()
        assert decided(deployment) == sorted((e.claim_id, 1) for e in events)
        program.terminate()
        assert "CANARY" not in deployment.all_output()


def test_a_lost_offset_stops_the_process_and_says_what_to_do(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    program = deployment.start("intake")
    deployment.publish([canary_claim("1", "96365")])
    place = (deployment.topics.events, 0)
    while deployment.log.committed(deployment.settings.group_id("intake")).get(place) != 1:
        assert program.running, program.tail()
    program.terminate()

    deployment.publish([canary_claim("2", "96365"), canary_claim("3", "96365")])
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    (gone,) = admin.delete_records([TopicPartition(*place, 3)]).values()
    gone.result(timeout=20)
    stopped = deployment.start("intake")
    assert stopped.exit_code(30) == 1
    line = stopped.output.strip().splitlines()[-1]
    assert f"the committed offset of {deployment.topics.events}/0 is not in the log" in line
    assert f"stream-edits topics accept {deployment.topics.events}" in line
    assert "CANARY" not in deployment.all_output()
    stopped.accounted_for = True

    # The advice: publish what was lost again, and go on.
    deployment.publish([canary_claim("2", "96365"), canary_claim("3", "96365")])
    accepted = deployment.command("topics", "accept", deployment.topics.events)
    assert accepted.returncode == 0, accepted.stderr
    deployment.start("intake")
    while deployment.log.committed(deployment.settings.group_id("intake")).get(place) != 5:
        assert deployment.programs[-1].running, deployment.programs[-1].tail()
