"""`decisions --as adjustments` on a real Kafka: decisions joined with the charges of the claims."""

import csv
import json
from dataclasses import replace
from decimal import Decimal
from subprocess import CompletedProcess
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from stream_edits.domain.claim import ClaimEvent
from tests.build import claim, infusion, line, replacing, voiding
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment

pytestmark = pytest.mark.timeout(180)


def denied(claim_id: str, member: str, charge: str | None = "80.00") -> ClaimEvent:
    """A claim of one line, without a diagnosis: denied as a whole."""
    amount = None if charge is None else Decimal(charge)
    billed = line("96365", charge_amount=amount, line_control_number=f"LCN-{claim_id}")
    return claim(claim_id, billed, member_id=member, diagnosis_codes=())


def charged(event: ClaimEvent, charge: str) -> ClaimEvent:
    lines = (replace(each, charge_amount=Decimal(charge)) for each in event.lines)
    return replace(event, lines=tuple(lines))


def adjustments(deployment: Deployment, *arguments: str) -> "CompletedProcess[str]":
    return deployment.command("decisions", "--as", "adjustments", *arguments)


def rows(done: "CompletedProcess[str]") -> list[dict[str, Any]]:
    return [json.loads(text) for text in done.stdout.splitlines()]


def in_short(done: "CompletedProcess[str]") -> list[tuple[str, float, float | None]]:
    return [(row["claim_id"], row["quantity"], row["amount"]) for row in rows(done)]


def test_what_stands_is_joined_with_its_charges(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    program = deployment.start()
    deployment.publish(
        [
            denied("A", "M1", "120.55"),
            denied("B", "M2", None),
            denied("VOIDED", "M3"),
            denied("REPLACED", "M4"),
            charged(claim("HELD", line("96366"), member_id="M5"), "10.00"),
            charged(claim("PAID", line("96365"), member_id="M6"), "10.00"),
            charged(infusion("FIRST", "M7", "09:00-10:00"), "30.00"),
        ]
    )
    deployment.drain()
    deployment.publish(
        [
            voiding("VOIDED", "V", member_id="M3"),
            replacing("REPLACED", "R", line("96365"), member_id="M4"),
            # Denied for its supervisor's time, until that is given back.
            charged(infusion("SECOND", "M8", "09:30-10:30"), "30.00"),
        ]
    )
    deployment.drain()
    before = adjustments(deployment)
    assert (before.returncode, before.stderr) == (0, "")
    assert in_short(before) == [("A", 1, 120.55), ("B", 1, None), ("SECOND", 1, 30.0)]
    deployment.publish([voiding("FIRST", "W", member_id="M7")])
    deployment.drain()
    assert in_short(adjustments(deployment)) == [("A", 1, 120.55), ("B", 1, None)]
    assert in_short(adjustments(deployment, "--claim", "B")) == [("B", 1, None)]

    done = adjustments(deployment, "--format", "csv", "--claim", "A")
    (row,) = csv.DictReader(done.stdout.splitlines())
    assert (row["amount"], row["carc"], row["rarcs"]) == ("120.55", "16", "M76")
    assert row["line_control_number"] == "LCN-A"
    assert program.running


def test_a_claim_that_its_topic_does_not_hold_any_more_is_an_error(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    deployment.start()
    deployment.publish([denied("CANARY-A", "M1"), denied("B", "M2")])
    deployment.drain()
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    events = deployment.topics.events
    for future in admin.delete_records([TopicPartition(events, 0, 1)]).values():
        future.result(timeout=20)
    done = adjustments(deployment)
    assert done.returncode == 3
    assert in_short(done) == [("B", 1, 80.0)]
    first, second = done.stderr.splitlines()
    assert first.endswith(f"its claim is not at {events}/0/0 any more")
    assert second.startswith("1 claim that was decided is not in the topic any more")
    assert "CANARY" not in done.stderr


def test_a_record_that_is_not_a_decision_is_reported_and_the_rest_is_stated(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    deployment.start()
    deployment.publish([denied("A", "M1")])
    deployment.drain()
    deployment.publish_raw(b"A", b"no decision", topic=deployment.topics.deny)
    deployment.flush()
    done = adjustments(deployment)
    assert done.returncode == 3
    assert in_short(done) == [("A", 1, 80.0)]
    assert done.stderr.startswith(f"{deployment.topics.deny}/0/")


def test_no_decisions_have_no_adjustments(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    done = adjustments(deployment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
