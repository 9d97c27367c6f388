"""`policy impact --from-topic` on a real Kafka: it reads what the stages read, and no more."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from confluent_kafka import IsolationLevel
from confluent_kafka.admin import AdminClient

from tests.build import canary_claim
from tests.impact.trials import overlay, piece
from tests.kafka.admin import committed, ends
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.stages.reviewing import review

pytestmark = pytest.mark.timeout(240)


def traces(deployment: Deployment) -> tuple[object, ...]:
    """Every group of the broker, what the stages' groups have committed, and all ends."""
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    groups = {each.group_id for each in admin.list_consumer_groups().result(10).valid}
    own = {group: committed(admin, group) for group in deployment.groups}
    places = [
        (topic, partition)
        for topic in deployment.topics.by_key().values()
        for partition in range(deployment.settings.partitions)
    ]
    there = admin.list_topics(timeout=10).topics
    places = [place for place in places if place[1] in there[place[0]].partitions]
    return groups, own, ends(admin, places, IsolationLevel.READ_UNCOMMITTED.value)


def test_it_compares_the_topics_and_leaves_no_trace(deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy().create_topics()
    deployment.start()
    # 96366 is held without its primary; 96377 waits for a price, which a review gives it.
    held, priced = canary_claim("1", "96366"), canary_claim("2", "96377")
    deployment.publish([held, priced, canary_claim("3", "96365"), canary_claim("4", "99213")])
    deployment.publish_raw(b"x", b"no claim at all")
    deployment.flush()
    deployment.drain()
    decided = {decision.claim_id: decision for decision in deployment.decisions()}
    approved = review(decided[priced.claim_id], member_id=priced.member_id)
    deployment.publish([approved])
    deployment.drain()
    before = traces(deployment)

    mild = overlay(tmp_path, [piece("add-on-without-primary", "orphan", {"disposition": "PASS"})])
    arguments = ("policy", "impact", "--overlay", str(mild), "--from-topic", "--format", "json")
    done = deployment.command(*arguments)
    # A record that is not a claim is reported by its place, with the exit code of bad input. On a
    # slow machine other lines say how far it is.
    assert done.returncode == 3
    assert done.stderr.count("NotConfluentFraming: ") == 1
    assert "CANARY" not in done.stderr
    report = json.loads(done.stdout)
    assert (report["claims"], report["claims_changed"], report["lines_changed"]) == (4, 1, 1)
    assert report["line_flows"] == {"PEND→PASS": 1}
    # The review applied under both, although each names the decision otherwise.
    assert report["events_taken_by_one_side"] == report["events_refused"] == 0
    assert [each["claim_id"] for each in report["examples"]] == [held.claim_id]

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    later = json.loads(deployment.command(*arguments, "--since", tomorrow).stdout)
    assert (later["claims"], later["claims_changed"]) == (0, 0)
    assert traces(deployment) == before
