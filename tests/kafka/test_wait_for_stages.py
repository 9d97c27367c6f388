"""`decisions --wait`: waits for the stages of a real Kafka, and says who has not finished."""

import json

import pytest

from tests.build import canary_claim
from tests.kafka.conftest import Deploy

pytestmark = pytest.mark.timeout(240)


def test_decisions_are_complete_after_the_wait(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    deployment.publish([canary_claim(str(n), "96365", name=f"M{n}") for n in range(40)])
    deployment.start()
    done = deployment.command("decisions", "--wait", "60")
    assert done.returncode == 0
    assert done.stderr.startswith("read 40 records, 40 decisions (")
    claims = {json.loads(line)["claim_id"] for line in done.stdout.splitlines()}
    assert len(claims) == 40


def test_without_stages_the_wait_ends_and_names_the_one_with_records_left(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    deployment.publish([canary_claim("1", "96365")])
    done = deployment.command("decisions", "--wait", "1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "stage intake still has records to read" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "CANARY" not in done.stderr


def test_nothing_published_is_nothing_to_wait_for(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    done = deployment.command("decisions", "--wait", "30")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("read 0 records, 0 decisions (")
