"""Thousands of claims, two processes a stage, one of them killed: each claim is decided once.

The verifier folds every stage over its own input log again and compares byte for byte.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.stages.pipeline import adjudicate
from stream_edits.synthetic.generator import generate
from tests.build import canaries
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.malformed import malformed
from tests.kafka.programs import eventually
from tests.kafka.publisher import Input, Publisher
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(300)

Capture = pytest.CaptureFixture[str]

CLAIMS = 5_000
PARTITIONS = 6
BAD = 40  # fewer than the circuit breaker's minimum


def made_up(contested: bool) -> Input:
    """Events of 5,000 claims, including voids, replacements and duplicates."""
    claims, names = [], set()
    for claim in generate(7, CLAIMS, contested=contested):
        claims.append(claim)
        names.add(claim.claim_id)
        if len(names) == CLAIMS:
            return Input(claims, list(malformed(BAD)))
    raise AssertionError(f"only {len(names)} claims were made up")


class Kill(NamedTuple):
    """The state at a SIGKILL: decisions so far, partitions owned, and those of them with an open
    transaction."""

    stage: str
    decisions: int
    partitions: int
    open_partitions: int

    def __str__(self) -> str:
        return (
            f"1 kill: {self.stage}, after {self.decisions} decisions, owning {self.partitions} "
            f"partitions, leaving a transaction open on {self.open_partitions}"
        )


def kill_in_a_transaction(deployment: Deployment, stage: str) -> Kill:
    """SIGKILL the stage's process 0 while it has a transaction open, and start it again."""
    owned = deployment.wait_for_members(stage, 2)[0]
    victim = deployment.named(stage, instance=0)
    eventually(lambda: deployment.decided_by_now() > CLAIMS // 20, 30, deployment.tails)
    open_partitions = deployment.freeze_in_a_transaction(stage)
    victim.kill()
    open_partitions &= set(deployment.log.open_transactions())
    decided = deployment.decided_by_now()
    deployment.start(stage, instance=0)
    return Kill(stage, decided, len(owned), len(open_partitions))


def run_with_a_kill(deployment: Deployment, stage: str, whole: Input) -> Kill:
    """Publish everything through two processes a stage, and shut all of them down."""
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
    """Words in the output that name a person, a claim, an encounter or a provider."""
    output = deployment.all_output()
    assert "assigned" in output
    words = set(re.split(r"[^\w.-]+", output)) | set(re.split(r"[\W_]+", output))
    return (words & canaries(list(claims))) | {w for w in words if "CANARY" in w}


def without_source(decisions: Sequence[ClaimDecision]) -> Counter[ClaimDecision]:
    nowhere = Source("", 0, 0)
    return Counter(decision._replace(source=nowhere) for decision in decisions)


def without_sources(lines: Sequence[str]) -> Counter[str]:
    """The decisions in JSON, without their source."""
    kept = []
    for line in lines:
        members: dict[str, Any] = json.loads(line)
        kept.append({name: v for name, v in members.items() if not name.startswith("source_")})
    return Counter(json.dumps(members, sort_keys=True) for members in kept)


def check(deployment: Deployment, whole: Input, kill: Kill, capsys: Capture) -> Verifier:
    """Check what must hold for every run. The counts are printed past pytest's capture."""
    verifier = Verifier(deployment.log, deployment.topics)
    verifier.verify()
    decided, letters = verifier.decisions, deployment.log.of(deployment.topics.dead_letter)
    assert {d.claim_id for d in decided} == {c.claim_id for c in whole.claims}
    assert Counter((m.key, m.value) for m in whole.bad) == Counter(
        (r.key, r.value) for r in letters
    )
    assert 0 < kill.decisions < len(decided), "the kill did not come in the middle"
    assert kill.open_partitions, "the kill did not come inside a transaction"
    assert leaked(deployment, whole.claims) == set()
    events, bad = len(whole.claims), len(whole.bad)
    with capsys.disabled():
        print(f"\npublished {events} events of {CLAIMS} claims and {bad} bad records")
        print(f"{verifier.counts()}\n{kill}")
    return verifier


def test_claims_that_compete_for_supervisors(deploy: Deploy, capsys: Capture) -> None:
    deployment, whole = deploy(PARTITIONS, BATCH_SIZE="100"), made_up(contested=True)
    kill = run_with_a_kill(deployment, "encounter", whole)
    verifier = check(deployment, whole, kill, capsys)
    assert any(d.trigger_event_id and d.revision > 1 for d in verifier.decisions)


def test_without_competition_it_is_what_adjudicate_gives(
    deploy: Deploy, tmp_path: Path, capsys: Capture
) -> None:
    deployment, whole = deploy(PARTITIONS, BATCH_SIZE="100"), made_up(contested=False)
    kill = run_with_a_kill(deployment, "supervision", whole)
    decided = check(deployment, whole, kill, capsys).decisions

    numbered = [(claim, Source("file", 0, n)) for n, claim in enumerate(whole.claims)]
    offline = list(adjudicate(numbered, load_policies(None)))
    assert without_source(decided) == without_source(offline)

    file = tmp_path / "claims.jsonl"
    file.write_text("".join(claim_to_json(claim) + "\n" for claim in whole.claims))
    done = deployment.command("adjudicate", str(file))
    assert done.returncode == 0
    assert ", 0 refused, " in done.stderr
    assert without_sources(done.stdout.splitlines()) == without_sources(
        [decision_to_json(d) for d in decided]
    )
    with capsys.disabled():
        print(f"adjudicate, as a module and as a command: the same {len(offline)} decisions")
