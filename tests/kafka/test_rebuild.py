"""All state anew from the claims (docs/operations.md, Rebuild everything from the claims)."""

from collections import Counter

import pytest
from confluent_kafka.admin import AdminClient

from stream_edits.synthetic.generator import generate
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(180)

CLAIMS = 400


def decided(deployment: Deployment) -> Counter[bytes | None]:
    """The bytes of every decision, and how often it was published."""
    topics = deployment.topics
    return Counter(r.value for r in deployment.log.of(topics.pass_, topics.pend, topics.deny))


def forget_everything_but_claims_and_decisions(deployment: Deployment) -> None:
    """Step 2 of the procedure."""
    topics = deployment.topics
    made_by_stages = [topics.by_member, topics.by_supervisor, topics.known_topics]
    state = [topics.encounter_state, topics.supervision_state]
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    gone = [
        *admin.delete_topics(made_by_stages + state, operation_timeout=20).values(),
        *admin.delete_consumer_groups(list(deployment.groups)).values(),
    ]
    for each in gone:
        each.result(timeout=30)


def test_the_same_decisions_come_once_more(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    program = deployment.start()
    deployment.publish(generate(11, CLAIMS, contested=False))
    deployment.drain(90)
    first = decided(deployment)
    assert first.total() > CLAIMS
    program.terminate()

    forget_everything_but_claims_and_decisions(deployment)
    deployment.read_anew()
    deployment.create_topics()
    deployment.start()
    deployment.drain(90)
    assert decided(deployment) == first + first, "byte for byte, and each once more"


def test_one_stage_alone_does_not_start_on_a_lost_changelog(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    program = deployment.start()
    deployment.publish(generate(11, 50, contested=False))
    deployment.drain()
    Verifier(deployment.log, deployment.topics).verify()
    program.terminate()

    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    topic = deployment.topics.encounter_state
    for each in admin.delete_topics([topic]).values():
        each.result(timeout=30)
    deployment.create_topics()
    stopped = deployment.start("encounter")
    assert stopped.exit_code(60) == 1
    line = stopped.output.strip().splitlines()[-1]
    assert f"topic {topic} was deleted and created again" in line
