"""`schemas register|check`, and the whole pipeline with the schema ids of a real registry."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.framing import schema_id
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.codec.registry import Registry
from stream_edits.codec.schemas import packaged, schema_of
from stream_edits.domain.claim import ClaimEvent
from tests.build import canary_claim
from tests.kafka.deployment import Deployment
from tests.registry.apicurio import Apicurio

# The packaged schemas of published topics have ids below 100.
PUBLIC_IDS = [number for number in packaged() if number < 100]

pytestmark = pytest.mark.timeout(300)

DECISION = schema_of("ClaimDecision").text


def decision_topics(deployment: Deployment) -> list[str]:
    topics = deployment.topics
    return [topics.pass_, topics.pend, topics.deny]


def subjects(deployment: Deployment) -> list[str]:
    topics = deployment.topics
    named = (topics.events, topics.reviews, *decision_topics(deployment))
    return [f"{topic}-value" for topic in named]


def test_the_whole_flow_by_the_registry_s_ids(
    broker: str, registry: Apicurio, tmp_path: Path
) -> None:
    client = SchemaRegistryClient({"url": registry.url})
    others = occupied(client)
    settings = {"SCHEMA_REGISTRY_URL": registry.url}
    with Deployment(broker, tmp_path, 1, **settings) as deployment:
        deployment.create_topics()
        refused_without_schemas(deployment)
        assert set(client.get_subjects()) == others
        register_twice(deployment)

        first, second, third = (canary_claim(str(number), "96365") for number in range(3))
        file = tmp_path / "claims.jsonl"
        file.write_text(claim_to_json(first) + "\n")
        assert deployment.command("publish", str(file)).returncode == 0
        running = deployment.start()
        deployment.drain()
        (arrived,) = deployment.log.of(deployment.topics.events)
        ids = {s: client.get_latest_version(s).schema_id or 0 for s in subjects(deployment)}
        assert schema_id(arrived.value or b"") == ids[f"{arrived.topic}-value"] > max(PUBLIC_IDS)

        # Lookups are cached, so an outage does not stop running processes.
        registry.stop()
        framed = (arrived.value or b"")[:5]
        publish_as(deployment, framed, second)
        deployment.drain()
        running.terminate()
        waiting = deployment.start()
        assert "did not answer" in waiting.says("registry_away", 60)
        registry.start()
        publish_as(deployment, framed, third)
        deployment.drain()

        assert decided(deployment, registry, ids) == {x.claim_id for x in (first, second, third)}
        waiting.terminate()
        assert "CANARY" not in deployment.all_output()


def occupied(client: SchemaRegistryClient) -> set[str]:
    """Other subjects that occupy the ids of our packaged schemas, so that no id matches by
    chance."""
    taken = set()
    for number in range(max(PUBLIC_IDS)):
        other = json.dumps({"type": "record", "name": f"other{number}", "fields": list[str]()})
        client.register_schema(f"other{number}-value", Schema(other, "AVRO"))
        taken.add(f"other{number}-value")
    return taken


def refused_without_schemas(deployment: Deployment) -> None:
    """Check that `run` fails before the schemas are registered, and that the message says how."""
    for words in (["schemas", "check"], ["run"]):
        refused = deployment.command(*words)
        assert refused.returncode == 1
        assert "stream-edits schemas register" in refused.stdout + refused.stderr


def register_twice(deployment: Deployment) -> None:
    """Register twice, and check that the second time changes nothing."""
    for word in ("registered", "exists"):
        done = deployment.command("schemas", "register")
        assert done.returncode == 0, done.stderr
        lines = [line.split() for line in done.stdout.splitlines()]
        assert [(line[0], line[1], line[-1]) for line in lines] == [
            (word, subject, "BACKWARD_TRANSITIVE") for subject in subjects(deployment)
        ]
    assert deployment.command("schemas", "check").returncode == 0


def decided(deployment: Deployment, registry: Apicurio, ids: Mapping[str, int]) -> set[str]:
    """The ids of the decided claims. Each decision must have the schema id of its topic."""
    records = deployment.log.of(*decision_topics(deployment))
    own = {ids[f"{topic}-value"] for topic in decision_topics(deployment)}
    assert {schema_id(record.value or b"") for record in records} <= own
    source = Registry({"url": registry.url})
    return {decode_decision(record.value or b"", source).claim_id for record in records}


def publish_as(deployment: Deployment, frame: bytes, event: ClaimEvent) -> None:
    """Publish a claim framed with the schema id of the registry."""
    value = claim_encoder(schema_id(frame))(event)
    deployment.publish_raw(event.member_id.encode(), value)
    deployment.flush()


def test_existing_schemas_in_the_registry_are_compared(
    broker: str, registry: Apicurio, tmp_path: Path
) -> None:
    client = SchemaRegistryClient({"url": registry.url})
    with Deployment(broker, tmp_path, 1, SCHEMA_REGISTRY_URL=registry.url) as deployment:
        subject = f"{deployment.topics.pend}-value"
        older = json.loads(DECISION)
        older["fields"].append({"name": "text", "type": "string"})
        older["fields"][0]["type"] = "long"  # not readable as our string
        client.register_schema(subject, Schema(json.dumps(older), "AVRO"))

        refused = deployment.command("schemas", "register")
        assert refused.returncode == 1
        line = refused.stderr.strip().splitlines()[-1]
        assert f"refused our schema for {subject} (HTTP 409)" in line
        checked = deployment.command("schemas", "check")
        assert checked.returncode == 1
        assert f"{subject}: our schema is not registered under {subject}, which has others" in (
            checked.stdout
        )

        client.delete_subject(subject)
        assert deployment.command("schemas", "register").returncode == 0
        client.set_compatibility(subject, "BACKWARD")
        lax = deployment.command("schemas", "check")
        assert lax.returncode == 1
        assert f"{subject}: its compatibility is BACKWARD, not BACKWARD_TRANSITIVE" in lax.stdout
        assert deployment.command("schemas", "register").returncode == 0
        assert deployment.command("schemas", "check").returncode == 0

        newer = json.loads(DECISION)
        newer["fields"].append({"name": "must", "type": "string"})
        assert not client.test_compatibility(subject, Schema(json.dumps(newer), "AVRO"))
