"""Reviews through a real Kafka: each decides a held claim once, or is refused and kept."""

import json
import random
import time
from collections import Counter
from typing import Any

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.dead_letters.headers import ERROR_CLASS, ERROR_STAGE
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.stages.pipeline import adjudicate
from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.malformed import malformed
from tests.kafka.programs import eventually
from tests.kafka.verifier import Verifier
from tests.stages.reviewing import DENY, review

pytestmark = pytest.mark.timeout(240)


def priced_by_hand(count: int) -> list[ClaimEvent]:
    """Claims of one member each, whose second line waits for a price."""
    return [canary_claim(str(number), "96365", "96377") for number in range(count)]


def on(decision: ClaimDecision, claim: ClaimEvent, **how: Any) -> ReviewEvent:
    return review(decision, member_id=claim.member_id, **how)


def decided(deployment: Deployment) -> list[ClaimDecision]:
    """The decisions of a deployment that has nothing left to do, verified."""
    deployment.drain()
    deployment.log.read_to_the_end()
    verifier = Verifier(deployment.log, deployment.topics)
    verifier.verify()
    return verifier.decisions


def decided_again(deployment: Deployment) -> list[ClaimDecision]:
    """As `decided`, after a redrive: the verifier knows no records that stages did not write."""
    deployment.drain()
    deployment.log.read_to_the_end()
    return deployment.decisions()


def held(
    deployment: Deployment, claims: list[ClaimEvent]
) -> list[tuple[ClaimEvent, ClaimDecision]]:
    """Claims that are held by now, with their decisions."""
    deployment.publish(claims)
    by_claim = {decision.claim_id: decision for decision in decided(deployment)}
    found = [(claim, by_claim[claim.claim_id]) for claim in claims]
    assert {decision.disposition for _, decision in found} == {Disposition.PEND}
    return found


def letters(deployment: Deployment) -> Counter[tuple[str, str]]:
    """The stage and the class of each dead letter."""
    found: Counter[tuple[str, str]] = Counter()
    for letter in deployment.log.of(deployment.topics.dead_letter):
        headers = {name: (value or b"").decode() for name, value in letter.headers}
        found[headers[ERROR_STAGE], headers[ERROR_CLASS]] += 1
    return found


def test_a_review_closes_a_hold(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    deployment.start()
    (claim, before), (other, denied) = held(deployment, priced_by_hand(2))
    deployment.publish([on(before, claim), on(denied, other, outcome=DENY, line=2)])
    after = {d.claim_id: d for d in decided(deployment) if d.revision == 2}
    assert after[claim.claim_id].disposition is Disposition.PASS
    assert after[claim.claim_id].supersedes == before.decision_id
    assert [line.disposition.value for line in after[other.claim_id].lines] == ["PASS", "DENY"]
    assert letters(deployment) == Counter()


def killed_in_a_transaction(deployment: Deployment, stage: str, written: str) -> None:
    """SIGKILL a stage's process while its transaction on the topic ``written`` is open."""
    program = deployment.named(stage, 0)

    def frozen() -> bool | None:
        program.freeze()
        # A commit that it has sent may still be under way.
        time.sleep(0.3)
        if any(topic == written for topic, _ in deployment.log.open_transactions()):
            return True
        program.thaw()
        time.sleep(random.random() * 0.05)
        return None

    eventually(frozen, 30, deployment.tails)
    program.kill()


@pytest.mark.parametrize("stage", ["review", "encounter"])
def test_a_killed_process_applies_each_review_once(deploy: Deploy, stage: str) -> None:
    deployment = deploy(BATCH_SIZE="2").create_topics()
    for each in STAGES:
        deployment.start(each)
    found = held(deployment, priced_by_hand(300))
    reviews = [on(decision, claim) for claim, decision in found]
    written = {
        "review": deployment.topics.by_member,
        "encounter": deployment.topics.encounter_state,
    }
    deployment.publish(reviews)
    killed_in_a_transaction(deployment, stage, written[stage])
    committed = sum(deployment.log.committed(deployment.settings.group_id(stage)).values())
    deployment.start(stage)
    again = Counter((d.claim_id, d.revision) for d in decided(deployment))
    assert again == Counter((c.claim_id, n) for c, _ in found for n in (1, 2))
    assert committed < sum(deployment.log.committed(deployment.settings.group_id(stage)).values())
    # A review that comes again changes nothing, and is not a dead letter.
    deployment.publish(reviews[:5])
    assert len(decided(deployment)) == 600
    assert letters(deployment) == Counter()


def test_refused_reviews_are_dead_letters_and_do_not_open_the_breaker(deploy: Deploy) -> None:
    breaker = {"BREAKER_WINDOW": "20", "BREAKER_SHARE": "0.2", "BREAKER_MINIMUM": "5"}
    deployment = deploy(partitions=1, **breaker).create_topics()
    program = deployment.start()
    ((claim, first),) = held(deployment, priced_by_hand(1))
    deployment.publish([on(first, claim, line=2, edit="by-report-pricing")])
    decided(deployment)
    stale = [on(first, claim, review_id=f"late-{n}", line=2) for n in range(15)]
    unknown = [on(first, claim, review_id=f"none-{n}", claim_id="NONE") for n in range(15)]
    deployment.publish([*stale, *unknown])
    later = canary_claim("later", "96365")
    deployment.publish([later])
    assert later.claim_id in {d.claim_id for d in decided(deployment)}
    assert program.running
    assert letters(deployment) == {
        ("encounter", "StaleReview"): 15,
        ("encounter", "UnknownReview"): 15,
    }


def test_bad_bytes_on_the_reviews_topic_are_dead_letters(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    deployment.start()
    ((claim, decision),) = held(deployment, priced_by_hand(1))
    for record in malformed(8):
        deployment.publish_raw(record.key, record.value, topic=deployment.topics.reviews)
    nameless = on(decision, claim, review_id=" ")
    deployment.publish([nameless, on(decision, claim)])
    assert max(d.revision for d in decided(deployment)) == 2
    found = letters(deployment)
    assert {stage for stage, _ in found} == {"review"}
    assert found.total() == 9
    assert found["review", "ContractViolation"] >= 1


def test_a_refused_review_is_redriven_like_any_dead_letter(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    program = deployment.start()
    ((claim, decision),) = held(deployment, priced_by_hand(1))
    late = on(decision, claim, review_id="late", line=2)
    deployment.publish([on(decision, claim), late])
    decided(deployment)
    program.terminate()
    assert letters(deployment) == {("encounter", "StaleReview"): 1}
    done = deployment.command("dead-letters", "redrive", "--class", "StaleReview", "--execute")
    assert done.returncode == 0, done.stderr
    again = deployment.start()
    assert len(decided_again(deployment)) == 2
    again.terminate()
    listed = deployment.command("dead-letters", "list", "--format", "json")
    (left,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert (left["error_class"], left["stage"], left["redrives"]) == ("StaleReview", "encounter", 1)
    assert left["source_topic"] == deployment.topics.by_member


def test_a_review_that_came_before_its_claim_applies_when_redriven(deploy: Deploy) -> None:
    deployment = deploy(partitions=1).create_topics()
    program = deployment.start()
    (claim,) = priced_by_hand(1)
    (decision,) = adjudicate([(claim, Source("", 0, 0))], load_policies(None))
    deployment.publish([on(decision, claim)])
    assert decided(deployment) == []
    assert letters(deployment) == {("encounter", "UnknownReview"): 1}
    held(deployment, [claim])
    program.terminate()
    done = deployment.command("dead-letters", "redrive", "--class", "UnknownReview", "--execute")
    assert done.returncode == 0, done.stderr
    deployment.start()
    found = {d.revision: d.disposition.value for d in decided_again(deployment)}
    assert found == {1: "PEND", 2: "PASS"}
