"""The broker gets another address while the stages run, and tells it in its metadata.

A name that resolves to another address cannot be tried here: the client resolves names by the
system's resolver, and a test must not change that. docs/reliability.md has what a trial showed.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.local import LocalKafka
from tests.build import canary_claim
from tests.kafka.deployment import Deployment
from tests.kafka.restarts import drain_with_restarts
from tests.kafka.verifier import Verifier

pytestmark = [pytest.mark.timeout(180), pytest.mark.kafka]


class MovableKafka(LocalKafka):
    """A broker that listens on one of several loopback addresses."""

    host = "127.0.0.1"

    @property
    def bootstrap(self) -> str:
        return f"{self.host}:{self.port}"

    def move(self, host: str) -> None:
        """Stop, and start on another address, with the same data."""
        self.stop()
        file = self.data_dir / "server.properties"
        here, there = f"PLAINTEXT://{self.host}:", f"PLAINTEXT://{host}:"
        file.write_text(file.read_text().replace(here, there))
        self.host = host
        self.start()


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[MovableKafka]:
    with MovableKafka(tmp_path / "kafka") as kafka:
        yield kafka


def test_a_broker_at_another_address_is_found(kafka: MovableKafka, tmp_path: Path) -> None:
    both = f"127.0.0.1:{kafka.port},127.0.0.2:{kafka.port}"
    with Deployment(both, tmp_path, 2) as deployment:
        deployment.create_topics()
        deployment.start()
        before = [canary_claim(str(number), "96365") for number in range(20)]
        deployment.publish(before)
        deployment.drain()
        kafka.move("127.0.0.2")
        after = [canary_claim(str(number), "96365", name="LATER") for number in range(20)]
        deployment.publish(after)
        drain_with_restarts(deployment)
        found = Counter((d.claim_id, d.revision) for d in deployment.decisions())
        assert found == Counter((claim.claim_id, 1) for claim in before + after)
        Verifier(deployment.log, deployment.topics).verify()
