"""A process that stands still in a transaction until others own its partitions, and then goes on.

It is not dead, only late: whatever it still sends must count once, or not at all.
"""

import pytest

from tests.kafka.claims import claim
from tests.kafka.conftest import Deploy
from tests.kafka.publisher import Input, Publisher
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(180)


def test_a_late_process_does_no_harm(deploy: Deploy) -> None:
    deployment = deploy(BATCH_SIZE="50").create_topics()
    zombie = deployment.start("encounter", instance=0)
    deployment.start("encounter", instance=1)
    deployment.start("intake")
    deployment.start("supervision")
    deployment.wait_for_members("encounter", 2)
    events = [claim(str(number), "96365") for number in range(2000)]
    publisher = Publisher(deployment, Input(events, []))
    publisher.start()
    deployment.freeze_in_a_transaction("encounter")
    deployment.wait_for_members("encounter", 1)  # its session has timed out: it owns nothing
    before = deployment.decided_by_now()
    publisher.finish()
    zombie.thaw()
    if not zombie.ends_within(5):
        deployment.wait_for_members("encounter", 2)
    deployment.drain(90)
    assert before < len(events), "it did not stand still in the middle"
    decided = sorted((d.claim_id, d.revision) for d in deployment.decisions())
    assert decided == sorted((event.claim_id, 1) for event in events)
    Verifier(deployment.log, deployment.topics).verify()
    went_on = "went on as a member" if zombie.running else "ended by itself"
    print(f"\nfrozen after {before} of {len(events)} decisions; once thawed it {went_on}")
