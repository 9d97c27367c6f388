"""docs/feeds.md on a real Kafka: an 837 file, and events of Flink's schema on a real registry."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from tests.kafka.deployment import Deployment
from tests.kafka.programs import ROOT
from tests.registry.apicurio import Apicurio

pytestmark = pytest.mark.timeout(300)

_FILE = str(ROOT / "examples" / "claims.837")
_OPTIONS = ("--line-of-business", "MEDI_CAL", "--claim-id", "REF*D9")
# What tells a decision in a file from the same one on Kafka.
_PLACE = ("source_topic", "source_partition", "source_offset")


def _said(decisions: str) -> list[dict[str, Any]]:
    """Decisions without their places, in the order of claims and revisions."""
    read = [json.loads(line) for line in decisions.splitlines()]
    told = [{name: v for name, v in each.items() if name not in _PLACE} for each in read]
    return sorted(told, key=lambda each: (each["claim_id"], each["revision"]))


@pytest.fixture
def published(broker: str, tmp_path: Path) -> Iterator[Deployment]:
    with Deployment(broker, tmp_path, 1) as deployment:
        deployment.create_topics()
        deployment.start()
        yield deployment


def test_an_837_file_that_is_published_is_decided_as_adjudicate_decides_it(
    published: Deployment,
) -> None:
    done = published.command("publish", _FILE, *_OPTIONS)
    assert done.returncode == 0, done.stderr
    published.drain()
    alone = published.command("adjudicate", _FILE, *_OPTIONS)
    assert alone.returncode == 0, alone.stderr
    decided = published.command("decisions")
    assert len(_said(alone.stdout)) >= 4
    assert _said(decided.stdout) == _said(alone.stdout)


def test_an_837_without_its_options_is_refused_before_anything_is_published(
    published: Deployment,
) -> None:
    refused = published.command("publish", _FILE)
    assert refused.returncode == 2
    assert "--line-of-business" in refused.stderr
    assert published.command("decisions").stdout == ""


def _schema_of_the_page() -> str:
    page = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- schema -->\n```json\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]


def _event(number: int, **fields: Any) -> dict[str, Any]:
    day = date(2025, 3, 3)
    line = {
        "line_number": 1,
        "procedure_code": "96413",
        "modifiers": [],
        "units": 1.0,
        "service_date": day,
        "start_time": datetime(2025, 3, 3, 9),
        "end_time": datetime(2025, 3, 3, 10, 10),
        "charge_amount": Decimal("420.00"),
        "supervising_provider_npi": "1245319599",
        "supervision": "DIRECT",
    }
    return {
        "event_id": f"e-{number}",
        "event_time": datetime(2025, 3, 10, 9, tzinfo=UTC) + timedelta(minutes=number),
        "claim_id": f"ICN-{number}",
        "frequency_code": "1",
        "replaces_claim_id": None,
        "line_of_business": "MEDI_CAL",
        "claim_form": "CMS1500",
        "member_id": f"M-{number}",
        "billing_provider_npi": "1234567893",
        "place_of_service": "11",
        "statement_from": day,
        "statement_through": day,
        "diagnosis_codes": ["C34.90"],
        "lines": [line],
    } | fields


def test_events_of_the_schema_that_flink_registers_are_decided(
    broker: str, registry: Apicurio, tmp_path: Path
) -> None:
    with Deployment(broker, tmp_path, 1, SCHEMA_REGISTRY_URL=registry.url) as deployment:
        deployment.create_topics()
        done = deployment.command("schemas", "register")
        assert done.returncode == 0, done.stderr
        topic = deployment.topics.events
        # As Flink's sink does: under a subject of its own choice, the id in front of each value.
        client = SchemaRegistryClient({"url": registry.url})
        options = {"subject.name.strategy": lambda *_: "payer-view-value"}
        encode = AvroSerializer(client, _schema_of_the_page(), conf=options)
        where = SerializationContext(topic, MessageField.VALUE)
        for number in range(1, 4):
            value = encode(_event(number), where)
            deployment.publish_raw(f"M-{number}".encode(), value)
        # A null where the contract has none: a dead letter, and the others go on.
        deployment.publish_raw(b"x", encode(_event(9, member_id=None), where))
        deployment.flush()
        deployment.start()
        deployment.drain()
        decisions = _said(deployment.command("decisions").stdout)
        assert [each["claim_id"] for each in decisions] == ["ICN-1", "ICN-2", "ICN-3"]
        assert {each["applicable"] for each in decisions} == {True}
        listed = deployment.command("dead-letters", "list").stdout
        assert listed.count("ContractViolation") == 1
