"""The topic of known topics is deleted while a stage runs, and made again by the next start."""

import pytest
from confluent_kafka.admin import ConfigResource, ResourceType

from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.programs import eventually
from tests.kafka.topic_changes import admin_of, delete_topic

pytestmark = pytest.mark.timeout(180)


def settings_of(deployment: Deployment) -> tuple[int, str | None, str | None]:
    """The partitions, the cleanup policy and the segment size of the topic."""
    name, admin = deployment.topics.known_topics, admin_of(deployment)
    (asked,) = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name)]).values()
    found = asked.result(timeout=20)
    count = len(admin.list_topics(timeout=10).topics[name].partitions)
    return count, found["cleanup.policy"].value, found["segment.bytes"].value


def test_its_deletion_stops_a_stage_and_the_next_start_makes_it_again(deploy: Deploy) -> None:
    deployment = deploy(partitions=3).create_topics()
    before = settings_of(deployment)
    intake, name = deployment.start("intake"), deployment.topics.known_topics
    deployment.publish([canary_claim(str(n), "99213") for n in range(3)])
    eventually(lambda: deployment.decided_by_now() == 3, 60, deployment.tails)
    delete_topic(deployment, name)
    assert intake.exit_code(30) == 1
    intake.accounted_for = True
    assert f"topic {name} was deleted" in intake.output.strip().splitlines()[-1]

    deployment.publish([canary_claim(str(n), "99213") for n in range(3, 6)])
    deployment.start("intake").says("known_topics_created")
    deployment.read_anew()
    eventually(lambda: deployment.decided_by_now() == 6, 60, deployment.tails)
    assert settings_of(deployment) == before


def test_one_that_deletes_marks_is_refused(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    name = deployment.topics.known_topics
    deployment.alter_topic(name, "cleanup.policy", "delete")
    intake = deployment.start("intake")
    assert intake.exit_code(30) == 1
    intake.accounted_for = True
    assert f"{name} has cleanup.policy=delete" in intake.output.strip().splitlines()[-1]
