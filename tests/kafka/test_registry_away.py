"""A schema registry goes away while claims arrive: they are retried, and none is dead-lettered."""

import re
from typing import Literal
from urllib.request import urlopen

import pytest

from stream_edits.codec.claims import claim_encoder
from tests.build import canary_claim
from tests.codec.registry_stub import running
from tests.kafka.conftest import Deploy
from tests.kafka.programs import eventually
from tests.kafka.registry import CLAIM_ID, with_our_schemas

_LAG = re.compile(r'consumer_lag_records\{partition="\d+",stage="intake"\} (\S+)')


@pytest.mark.parametrize("drips", [None, "for ever"])
def test_a_registry_that_is_away_is_waited_for(
    deploy: Deploy, drips: Literal["for ever"] | None
) -> None:
    deployment = deploy(partitions=1).create_topics()
    known, unknown = canary_claim("1", "96365"), canary_claim("2", "96365")
    with running() as stub:
        with_our_schemas(stub, deployment.topics)
        program = deployment.start(SCHEMA_REGISTRY_URL=stub.url, SCHEMA_REGISTRY__TIMEOUT="1")
        key = known.member_id.encode()
        deployment.publish_raw(key, claim_encoder(CLAIM_ID)(known))
        deployment.flush()
        deployment.drain()

        stub.fault, stub.drips = (503, b"CANARY: the gateway's page"), drips
        stub.add(CLAIM_ID + 10, stub.schemas[CLAIM_ID]["schema"])
        for number, event in ((CLAIM_ID + 10, unknown), (CLAIM_ID, canary_claim("3", "96365"))):
            deployment.publish_raw(event.member_id.encode(), claim_encoder(number)(event))
        deployment.flush()
        asked = len(stub.requests)
        eventually(lambda: len(stub.requests) >= asked + 3, 60, deployment.tails)
        program.says("try_again")
        assert program.running
        deployment.log.read_to_the_end()
        assert [decision.claim_id for decision in deployment.decisions()] == [known.claim_id]
        assert deployment.log.of(deployment.topics.dead_letter) == []

        stub.fault = stub.drips = None
        deployment.drain()
        program.terminate()
    assert sorted(d.claim_id for d in deployment.decisions()) == sorted(
        event.claim_id for event in (known, unknown, canary_claim("3", "96365"))
    )
    assert deployment.log.of(deployment.topics.dead_letter) == []
    assert "CANARY" not in deployment.all_output()


def lag(port: int) -> float:
    """The records that intake has not decided, by its gauge."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return sum(float(count) for count in _LAG.findall(text))


def test_what_waits_is_counted_while_the_registry_is_away(deploy: Deploy) -> None:
    """The client fetches nothing of a partition that is paused, so it does not see its end."""
    deployment = deploy(partitions=1).create_topics()
    claim = canary_claim("1", "96365")
    key = claim.member_id.encode()
    with running() as stub:
        with_our_schemas(stub, deployment.topics)
        program = deployment.start("intake", SCHEMA_REGISTRY_URL=stub.url)
        port = int(program.says("started ").split("port=")[1].split()[0])
        program.says("assigned")
        stub.fault = (503, b"away")
        deployment.publish_raw(key, claim_encoder(CLAIM_ID)(claim))
        deployment.flush()
        program.says("try_again")
        for _ in range(3000):
            deployment.publish_raw(key, claim_encoder(CLAIM_ID)(claim))
        deployment.flush()
        eventually(lambda: lag(port) == 3001, 40, deployment.tails)
        stub.fault = None
        eventually(lambda: lag(port) == 0, 60, deployment.tails)
