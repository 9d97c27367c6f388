"""`explain` from the topics of a real Kafka, where the stages have decided."""

import json

import pytest

from tests.build import canary_claim
from tests.kafka.conftest import Deploy

pytestmark = pytest.mark.timeout(240)


def test_a_claim_is_explained_from_the_topics_and_no_group_is_joined(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    deployment.start()
    deployment.publish([canary_claim("1", "96366"), canary_claim("2", "96365")])
    deployment.drain()
    deployment.publish([canary_claim("1", "96361", name="B")])
    deployment.drain()
    done = deployment.command("explain", "CANARY-CLAIM-1-A", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["proven"]
    assert told["decision"]["source_topic"] == deployment.topics.events
    (line,) = told["lines"]
    assert line["remedy"]["changes"][0]["kind"] == "send_claim"
    assert {x["claim_id"] for x in told["revisions"][-1]["other_claims"]} <= {"CANARY-CLAIM-1-B"}

    unknown = deployment.command("explain", "CANARY-CLAIM-9")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.count("\n") == 1
    assert "CANARY" not in unknown.stderr
