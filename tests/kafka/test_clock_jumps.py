"""The wall clock of the stages is set while they run."""

from collections import Counter

import pytest

from tests.build import canary_claim, timed
from tests.kafka.conftest import Deploy
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(180)


def test_jumps_of_the_wall_clock_change_no_decision(deploy: Deploy) -> None:
    deployment = deploy(BATCH_SIZE="10").create_topics()
    program = deployment.start(module="tests.kafka.jumping_clock")
    deployment.wait_for_members("encounter", 1)
    published = []
    for batch in range(8):
        claims = [canary_claim(str(number), "96365", name=f"N{batch}") for number in range(10)]
        claims.append(timed(canary_claim(f"T{batch}", "96365"), 9))
        deployment.publish(claims)
        published += claims
        deployment.drain()
    program.terminate()
    years = {line[:4] for line in program.output.splitlines()}
    assert len(years) > 1, "the log shows no jump of the clock"
    found = Counter((d.claim_id, d.revision) for d in deployment.decisions())
    assert found == Counter((claim.claim_id, 1) for claim in published)
    Verifier(deployment.log, deployment.topics).verify()
