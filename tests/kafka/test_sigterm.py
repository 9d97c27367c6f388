"""SIGTERM in every phase of a process: it ends in time, and loses and repeats nothing."""

import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from stream_edits.codec.claims import claim_encoder
from tests.broker import LocalKafka
from tests.broker.properties import free_port
from tests.build import canary_claim
from tests.codec.registry_stub import running
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.programs import eventually
from tests.kafka.registry import CLAIM_ID, with_our_schemas
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(300)

# The first line of a phase: its beginnings, then the group, the restore and the rounds.
PHASES = ("started", "assigned", "restore_begins", "restore_complete")
MOMENTS = [0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.1, 1.4, 1.8, 2.3, 3.0]


def exactly_once(deployment: Deployment, published: int) -> None:
    """Let a process finish what is left, and compare."""
    program = deployment.start()
    program.says(" assigned ")
    deployment.drain()
    program.terminate()
    found = Counter((d.claim_id, d.revision) for d in deployment.decisions())
    assert set(found.values()) == {1}
    assert len(found) == published
    assert deployment.log.of(deployment.topics.dead_letter) == []
    Verifier(deployment.log, deployment.topics).verify()


def test_at_any_moment_after_the_start(deploy: Deploy) -> None:
    deployment = deploy(BATCH_SIZE="5").create_topics()
    for place, moment in enumerate(MOMENTS):
        deployment.publish(canary_claim(f"{place}-{n}", "96365") for n in range(30))
        program = deployment.start()
        time.sleep(moment)
        code = program.end()
        # The interpreter itself ends by the signal, before the program has a handler for it.
        assert code == 0 or (code == -signal.SIGTERM and program.output == ""), program.tail()
        assert deployment.log.open_transactions() == []
    exactly_once(deployment, 30 * len(MOMENTS))


def test_at_the_beginning_of_each_phase(deploy: Deploy) -> None:
    deployment = deploy(BATCH_SIZE="5").create_topics()
    deployment.publish(canary_claim(f"A{n}", "96365") for n in range(200))
    first = deployment.start()
    deployment.drain()
    first.terminate()
    for phase in PHASES:
        deployment.publish(canary_claim(f"{phase}-{n}", "96365") for n in range(100))
        program = deployment.start()
        program.says(f" {phase} ")
        assert program.terminate() < 10, phase
        assert deployment.log.open_transactions() == [], phase
    exactly_once(deployment, 200 + 100 * len(PHASES))


def test_while_no_broker_answers(deploy: Deploy) -> None:
    program = deploy(BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}").start()
    program.says("client_retry", 30)
    program.terminate(30)


def test_while_a_record_waits_for_the_registry(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    claim = canary_claim("1", "96365")
    with running() as stub:
        with_our_schemas(stub, deployment.topics)
        program = deployment.start(SCHEMA_REGISTRY_URL=stub.url)
        deployment.wait_for_members("intake", 1)
        stub.fault = (503, b"")
        deployment.publish_raw(b"k", claim_encoder(CLAIM_ID)(claim))
        deployment.flush()
        program.says("try_again")
        program.terminate()
        stub.fault = None
        again = deployment.start(SCHEMA_REGISTRY_URL=stub.url)
        deployment.drain()
        again.terminate()
    assert [(d.claim_id, d.revision) for d in deployment.decisions()] == [(claim.claim_id, 1)]


@pytest.mark.parametrize("busy", [True, False])
def test_while_the_broker_is_frozen(local_kafka: LocalKafka, tmp_path: Path, busy: bool) -> None:
    with Deployment(local_kafka.bootstrap, tmp_path, 2, BATCH_SIZE="5") as deployment:
        deployment.create_topics()
        program = deployment.start()
        for stage in STAGES:
            deployment.wait_for_members(stage, 1)
        deployment.publish(canary_claim(f"A{n}", "96365") for n in range(400))
        eventually(lambda: deployment.decided_by_now() > 0, 60, deployment.tails)
        if not busy:
            deployment.drain()
        local_kafka.freeze()
        try:
            code = program.end(150)
        finally:
            local_kafka.thaw()
        last = program.output.strip().splitlines()[-1]
        # The client may not return from a call (librdkafka#5456), which then is given up.
        assert code == 0 or (code == 1 and "resumes from the committed offsets" in last), last
        exactly_once(deployment, 400)
