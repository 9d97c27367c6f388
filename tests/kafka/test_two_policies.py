"""Processes of one group with different overlays, as during a rollout, or by mistake."""

from collections import Counter
from pathlib import Path

import pytest

from stream_edits.domain.claim import ClaimEvent
from tests.build import canary_claim, timed
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.verifier import revision_problems

pytestmark = pytest.mark.timeout(180)

# Place 11, where the claims of the tests are given, is not among them.
OVERLAY = """\
edits:
  place-of-service-not-allowed:
    places:
      2024-12-03:
        reference: a plan's memo (made up)
        replace: true
        value: ["22"]
"""


@pytest.fixture
def overlay(tmp_path: Path) -> str:
    file = tmp_path / "overlay.yaml"
    file.write_text(OVERLAY)
    return str(file)


def claims(first: int, count: int, name: str = "A") -> list[ClaimEvent]:
    return [canary_claim(str(n), "96365", name=name) for n in range(first, first + count)]


def decided(deployment: Deployment) -> Counter[tuple[str, int]]:
    deployment.log.read_to_the_end()
    return Counter((d.claim_id, d.revision) for d in deployment.decisions())


def once(*published: list[ClaimEvent]) -> Counter[tuple[str, int]]:
    return Counter((claim.claim_id, 1) for batch in published for claim in batch)


def of_versions(deployment: Deployment) -> dict[str, set[str]]:
    """The dispositions by the policy version that gave them."""
    found: dict[str, set[str]] = {}
    for decision in deployment.decisions():
        found.setdefault(decision.policy_version or "", set()).add(decision.disposition.value)
    return found


def test_each_decision_names_the_policy_of_the_process_that_made_it(
    deploy: Deploy, overlay: str
) -> None:
    deployment = deploy(partitions=4).create_topics()
    for stage in STAGES:
        deployment.start(stage, instance=0)
        deployment.start(stage, instance=1, POLICY=overlay)
    for stage in STAGES:
        deployment.wait_for_members(stage, 2)
    first = claims(0, 40)
    deployment.publish(first)
    deployment.drain()
    assert decided(deployment) == once(first)
    assert sorted(map(sorted, of_versions(deployment).values())) == [["DENY"], ["PASS"]]

    # The partitions of the other process come with the state that its policy has led to.
    for stage in STAGES:
        deployment.named(stage, 0).terminate()
    later = claims(0, 40, "LATER")
    deployment.publish(later)
    deployment.drain()
    assert decided(deployment) == once(first, later)
    decisions = {d.claim_id: d for d in deployment.decisions()}
    assert {decisions[claim.claim_id].disposition.value for claim in later} == {"DENY"}
    assert len(of_versions(deployment)) == 2
    assert revision_problems(list(decisions.values())) == []


@pytest.mark.parametrize("own", STAGES)
def test_a_stage_with_another_policy_than_the_others_loses_nothing(
    deploy: Deploy, overlay: str, own: str
) -> None:
    deployment = deploy().create_topics()
    for stage in STAGES:
        if stage == own:
            deployment.start(stage, POLICY=overlay)
        else:
            deployment.start(stage)
    published = claims(0, 20) + [canary_claim(str(n), "99213") for n in range(20, 30)]
    published.append(timed(canary_claim("30", "96365"), 9))
    deployment.publish(published)
    deployment.drain()
    assert decided(deployment) == once(published)
    assert deployment.log.of(deployment.topics.dead_letter) == []
    # Review decides nothing. Supervision publishes the encounter stage's draft, with the version
    # that judged it.
    assert len(of_versions(deployment)) == (1 if own in ("review", "supervision") else 2)
