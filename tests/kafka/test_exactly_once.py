"""Thousands of claims, two processes a stage, one killed in the middle: each decided once.

The verifier folds every stage anew over its own input log and compares byte for byte.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest

from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.demo.generator import generate
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.edits.catalog import policy
from stream_edits.offline import adjudicate
from tests.kafka.claims import canaries
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.malformed import Malformed, malformed
from tests.kafka.programs import eventually
from tests.kafka.topic_log import Place
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(300)

CLAIMS = 5_000
PARTITIONS = 6
_HEADERS: list[tuple[str, str | bytes | None]] = [("traceparent", b"00-CANARY"), ("x", None)]
_PAUSE = 0.15
BAD = 40  # fewer than the circuit breaker's minimum


class Input(NamedTuple):
    """What is published: claims in order, and records that are no claims among them."""

    claims: list[ClaimEvent]
    bad: list[Malformed]


def made_up(contested: bool) -> Input:
    claims = list(islice(generate(7, CLAIMS, contested=contested), CLAIMS))
    assert len(claims) == CLAIMS
    return Input(claims, list(malformed(BAD)))


class Publisher(Thread):
    """Publishes while the stages work, so that there is a middle in which to kill."""

    def __init__(self, deployment: Deployment, whole: Input) -> None:
        super().__init__(name="publisher", daemon=True)
        self._deployment = deployment
        self._whole = whole
        self.failure: BaseException | None = None

    def run(self) -> None:
        """The claims in small portions, with the bad records strewn among them."""
        claims, bad = self._whole
        portion = len(claims) // len(bad)
        try:
            for number, record in enumerate(bad):
                self._deployment.publish_raw(record.key, record.value, _HEADERS)
                self._deployment.publish(claims[number * portion : (number + 1) * portion])
                time.sleep(_PAUSE)
            self._deployment.publish(claims[len(bad) * portion :])
        except BaseException as failure:
            self.failure = failure

    def finish(self) -> None:
        """Wait until everything is published."""
        self.join(60)
        assert not self.is_alive(), "the claims could not be published"
        assert self.failure is None, self.failure


class Kill(NamedTuple):
    """What a SIGKILL found: decisions there were, partitions owned, a transaction left open."""

    stage: str
    decisions: int
    partitions: int
    open_transaction: bool

    def __str__(self) -> str:
        left = "an open transaction" if self.open_transaction else "no open transaction"
        return (
            f"{self.stage} killed after {self.decisions} decisions, owning {self.partitions} "
            f"partitions, leaving {left}"
        )


def open_now(deployment: Deployment) -> set[Place]:
    return set(deployment.log.open_transactions())


def kill_in_a_transaction(deployment: Deployment, stage: str) -> Kill:
    """SIGKILL the stage's process 0 while it has a transaction open, and start it anew."""
    owned = deployment.wait_for_members(stage, 2)[0]
    its_own = deployment.changelog_of(stage, owned)
    eventually(lambda: deployment.decided_by_now() > CLAIMS // 20, 30, deployment.tails)
    eventually(lambda: its_own & open_now(deployment), 20, deployment.tails)
    deployment.named(stage, instance=0).kill()
    left_open = bool(its_own & open_now(deployment))
    decided = deployment.decided_by_now()
    deployment.start(stage, instance=0)
    return Kill(stage, decided, len(owned), left_open)


def run_with_a_kill(deployment: Deployment, stage: str, whole: Input) -> Kill:
    """Publish everything through two processes a stage, and end them all in an orderly way."""
    deployment.create_topics()
    for each in STAGES:
        for instance in (0, 1):
            deployment.start(each, instance=instance)
    for each in STAGES:
        deployment.wait_for_members(each, 2)
    publisher = Publisher(deployment, whole)
    publisher.start()
    kill = kill_in_a_transaction(deployment, stage)
    publisher.finish()
    deployment.drain(120)
    for program in deployment.programs:
        if program.running:
            program.terminate()
    assert deployment.log.open_transactions() == []
    deployment.log.read_to_the_end()
    return kill


def leaked(deployment: Deployment, claims: Sequence[ClaimEvent]) -> set[str]:
    """Words that name a person, claim, visit or provider, seen in what the processes wrote."""
    said = deployment.said()
    assert "assigned" in said
    words = set(re.split(r"[^\w.-]+", said)) | set(re.split(r"[\W_]+", said))
    return (words & canaries(list(claims))) | {w for w in words if "CANARY" in w}


def without_source(decisions: Sequence[ClaimDecision]) -> Counter[ClaimDecision]:
    nowhere = Source("", 0, 0)
    return Counter(decision._replace(source=nowhere) for decision in decisions)


def said_of(lines: Sequence[str]) -> dict[tuple[str, int], dict[str, Any]]:
    """Decisions in JSON by claim and revision, their source aside."""
    decided = {}
    for line in lines:
        told = json.loads(line)
        decided[told["claim_id"], told["revision"]] = {
            name: value for name, value in told.items() if not name.startswith("source_")
        }
    assert len(decided) == len(lines)
    return decided


def check(deployment: Deployment, whole: Input, kill: Kill) -> Verifier:
    """All that must hold of any run."""
    verifier = Verifier(deployment.log, deployment.topics)
    verifier.verify()
    decided, letters = verifier.decisions, deployment.log.of(deployment.topics.dead_letter)
    assert {d.claim_id for d in decided} == {c.claim_id for c in whole.claims}
    assert Counter((m.key, m.value) for m in whole.bad) == Counter(
        (r.key, r.value) for r in letters
    )
    assert 0 < kill.decisions < len(decided), "the kill did not come in the middle"
    assert leaked(deployment, whole.claims) == set()
    print(f"\npublished {len(whole.claims)} claims and {len(whole.bad)} bad records")
    print(f"{verifier.counts()}\n{kill}")
    return verifier


def test_claims_that_compete_for_supervisors(deploy: Deploy) -> None:
    deployment, whole = deploy(PARTITIONS, BATCH_SIZE="100"), made_up(contested=True)
    kill = run_with_a_kill(deployment, "encounter", whole)
    verifier = check(deployment, whole, kill)
    assert any(d.trigger_event_id and d.revision > 1 for d in verifier.decisions)


def test_without_competition_it_is_what_adjudicate_gives(deploy: Deploy, tmp_path: Path) -> None:
    deployment, whole = deploy(PARTITIONS, BATCH_SIZE="100"), made_up(contested=False)
    kill = run_with_a_kill(deployment, "supervision", whole)
    decided = check(deployment, whole, kill).decisions

    numbered = [(claim, Source("file", 0, n)) for n, claim in enumerate(whole.claims)]
    offline = list(adjudicate(numbered, policy(None)))
    assert without_source(decided) == without_source(offline)

    file = tmp_path / "claims.jsonl"
    file.write_text("".join(claim_to_json(claim) + "\n" for claim in whole.claims))
    done = deployment.command("adjudicate", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert said_of(done.stdout.splitlines()) == said_of([decision_to_json(d) for d in decided])
    print(f"adjudicate, as a module and as a command: the same {len(offline)} decisions")
