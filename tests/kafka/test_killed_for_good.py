"""One of two processes of a stage is killed in a transaction and never returns.

Its transaction would last for ten minutes. Nobody waits for that: the other process ends it.
"""

from collections import Counter

import pytest

from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(300)

CLAIMS = 3_000


def killed_in_a_transaction(deployment: Deployment, stage: str) -> None:
    """Two processes of a stage, of which number 1 is killed while it commits."""
    deployment.create_topics()
    for each in STAGES:
        deployment.start(each)
    deployment.start(stage, instance=1)
    deployment.wait_for_members(stage, 2)
    deployment.publish([canary_claim(str(n), "96365") for n in range(CLAIMS)])
    deployment.freeze_in_a_transaction(stage, instance=1)
    deployment.named(stage, instance=1).kill()


def test_the_other_ends_its_transaction_and_goes_on(deploy: Deploy) -> None:
    deployment = deploy(4, BATCH_SIZE="20", TRANSACTION_TIMEOUT_MS="600000")
    killed_in_a_transaction(deployment, "encounter")
    deployment.named("encounter", instance=0).says("peer_fenced", 60)
    # Also the next stage, which cannot read past the records of an open transaction.
    deployment.drain(120)
    deployment.log.read_to_the_end()
    verifier = Verifier(deployment.log, deployment.topics)
    verifier.verify()
    found = Counter((d.claim_id, d.revision) for d in verifier.decisions)
    assert len(found) == CLAIMS
    assert set(found.values()) == {1}
    assert all(p.running for p in deployment.programs if not p.accounted_for)


def test_a_restart_before_that_is_not_disturbed(deploy: Deploy) -> None:
    """A new process with the number of the dead one ends the transaction itself, as ever."""
    deployment = deploy(4, BATCH_SIZE="20", TRANSACTION_TIMEOUT_MS="600000")
    killed_in_a_transaction(deployment, "encounter")
    deployment.start("encounter", instance=1)
    deployment.wait_for_members("encounter", 2)
    deployment.drain(120)
    assert len(deployment.decisions()) == CLAIMS
    assert all(p.running for p in deployment.programs if not p.accounted_for)
