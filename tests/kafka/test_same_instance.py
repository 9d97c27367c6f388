"""Two processes with one number and static membership: one group.instance.id for both."""

from collections import Counter

import pytest

from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES

pytestmark = pytest.mark.timeout(180)

FENCED = ("same transactional.id", "its group.instance.id", "same group.instance.id")


@pytest.mark.parametrize("busy", [True, False])
def test_the_first_of_two_stops_and_says_why(deploy: Deploy, busy: bool) -> None:
    deployment = deploy(STATIC_MEMBERSHIP="true", BATCH_SIZE="10").create_topics()
    running = {stage: deployment.start(stage) for stage in STAGES}
    for stage in STAGES:
        deployment.wait_for_members(stage, 1)
    published = []
    for stage in STAGES:
        before = [canary_claim(f"{stage}-{n}", "96365") for n in range(200 if busy else 20)]
        deployment.publish(before)
        if not busy:
            deployment.drain()
        first, running[stage] = running[stage], deployment.start(stage)
        assert first.exit_code(60) == 1
        first.accounted_for = True
        line = first.output.strip().splitlines()[-1]
        assert any(words in line for words in FENCED), line
        after = [canary_claim(f"{stage}-{n}", "96365", name="LATER") for n in range(20)]
        deployment.publish(after)
        deployment.drain()
        assert all(program.running for program in running.values())
        published += before + after
        found = Counter((d.claim_id, d.revision) for d in deployment.decisions())
        assert found == Counter((claim.claim_id, 1) for claim in published)
    assert deployment.log.of(deployment.topics.dead_letter) == []
