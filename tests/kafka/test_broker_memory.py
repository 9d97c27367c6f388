"""What a broker forgets: the id of an idle producer, and everything while it is away."""

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.broker import LocalKafka
from tests.build import canary_claim
from tests.kafka.deployment import Deployment
from tests.kafka.restarts import drain_with_restarts
from tests.kafka.verifier import Verifier

pytestmark = [pytest.mark.timeout(240), pytest.mark.kafka]

FORGETFUL = {
    "transactional.id.expiration.ms": "3000",
    "transaction.remove.expired.transaction.cleanup.interval.ms": "500",
}
IDLE_S = 8.0
# Longer than a session (6 s), the delivery of a record (35 s) and a transaction, which may not be
# shorter than it is here.
AWAY_S = 38.0
PATIENCE = {"BATCH_SIZE": "10", "TRANSACTION_TIMEOUT_MS": "36000"}


def once(deployment: Deployment) -> bool:
    found = Counter((d.claim_id, d.revision) for d in deployment.decisions())
    return set(found.values()) == {1}


def test_the_id_of_a_producer_expires_while_nothing_arrives(tmp_path: Path) -> None:
    with (
        LocalKafka(tmp_path / "kafka", properties=FORGETFUL) as kafka,
        Deployment(kafka.bootstrap, tmp_path, 2) as deployment,
    ):
        deployment.create_topics()
        program = deployment.start()
        first = [canary_claim(str(number), "96365") for number in range(20)]
        deployment.publish(first)
        deployment.drain()
        time.sleep(IDLE_S)
        later = [canary_claim(str(number), "96365", name="LATER") for number in range(20)]
        deployment.publish(later)
        deployment.drain()
        assert "producer_renewed" in program.output
        program.terminate()
        assert once(deployment)
        assert len(deployment.decisions()) == len(first + later)
        Verifier(deployment.log, deployment.topics).verify()


@pytest.mark.slow
def test_a_broker_that_is_away_for_long(local_kafka: LocalKafka, tmp_path: Path) -> None:
    with Deployment(local_kafka.bootstrap, tmp_path, 2, **PATIENCE) as deployment:
        deployment.create_topics()
        deployment.start()
        claims = [canary_claim(str(number), "96365") for number in range(400)]
        deployment.publish(claims)
        while not deployment.decided_by_now():
            pass
        local_kafka.stop()
        time.sleep(AWAY_S)
        local_kafka.start()
        drain_with_restarts(deployment)
        deployment.programs[-1].terminate()
        assert once(deployment)
        assert len(deployment.decisions()) == len(claims)
        Verifier(deployment.log, deployment.topics).verify()
