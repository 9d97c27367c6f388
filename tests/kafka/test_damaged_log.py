"""A batch is damaged on the broker's disk: no stage reads other records than were written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.local import LocalKafka
from tests.build import canary_claim
from tests.kafka.deployment import Deployment

pytestmark = [pytest.mark.timeout(180), pytest.mark.kafka]

_HEADER = 61
_CLAIMS = [canary_claim(str(number), "96365") for number in range(20)]


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    with LocalKafka(tmp_path / "kafka") as kafka:
        yield kafka


def damage(kafka: LocalKafka, topic: str) -> None:
    """Flip a bit in the payload of the first batch of a partition, while the broker is down."""
    kafka.stop()
    segment = kafka.data_dir / "log" / f"{topic}-0" / f"{0:020d}.log"
    data = bytearray(segment.read_bytes())
    length = int.from_bytes(data[8:12], "big")
    place = _HEADER + (12 + length - _HEADER) // 2
    data[place] ^= 1
    segment.write_bytes(data)
    kafka.start()


def decide(deployment: Deployment) -> None:
    """Let all stages decide the claims, and stop them."""
    deployment.create_topics()
    program = deployment.start()
    deployment.publish(_CLAIMS)
    deployment.drain()
    program.terminate()


def ends_with_a_word_on(deployment: Deployment, stage: str, topic: str) -> None:
    program = deployment.start(stage)
    line = program.says("a batch in the log is damaged", 60)
    assert f"consume of {topic}/0 failed for good" in line
    assert "A batch that cannot be read" in line
    program.accounted_for = True
    assert program.exit_code(30) == 1


def test_damaged_claims_are_not_read(kafka: LocalKafka, tmp_path: Path) -> None:
    with Deployment(kafka.bootstrap, tmp_path, 1) as deployment:
        deployment.create_topics()
        deployment.publish(_CLAIMS)
        deployment.flush()
        damage(kafka, deployment.topics.events)
        ends_with_a_word_on(deployment, "intake", deployment.topics.events)
        deployment.log.read_to_the_end()
        assert not deployment.log.of(deployment.topics.by_member)


def test_damaged_state_is_not_restored(kafka: LocalKafka, tmp_path: Path) -> None:
    with Deployment(kafka.bootstrap, tmp_path, 1) as deployment:
        decide(deployment)
        damage(kafka, deployment.topics.encounter_state)
        ends_with_a_word_on(deployment, "encounter", deployment.topics.encounter_state)


def test_a_command_does_not_print_damaged_decisions(kafka: LocalKafka, tmp_path: Path) -> None:
    with Deployment(kafka.bootstrap, tmp_path, 1) as deployment:
        decide(deployment)
        topic = deployment.decisions()[0].disposition.value.lower()
        name = {"pass": deployment.topics.pass_, "pend": deployment.topics.pend}[topic]
        damage(kafka, name)
        done = deployment.command("decisions")
        assert done.returncode == 1
        assert f"consume of {name}/0 failed for good" in done.stderr
