"""A restart restores state from the changelog and leaves no transaction open."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from tests.build import canaries, canary_claim, timed
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(180)

# Far more than a shutdown takes, far less than the time-out of a session or a transaction.
QUICKLY = 10.0


def dispositions(decisions: Iterable[ClaimDecision]) -> dict[tuple[str, int], str]:
    """The dispositions, by claim and revision."""
    return {(d.claim_id, d.revision): d.disposition.value for d in decisions}


def decide(deployment: Deployment, events: list[ClaimEvent]) -> dict[tuple[str, int], str]:
    """Publish, wait until all is decided. Returns the dispositions of all decisions so far."""
    deployment.publish(events)
    deployment.drain()
    return dispositions(deployment.decisions())


def test_state_comes_back_after_a_restart(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    first = deployment.start()
    primary = canary_claim("1", "96365")
    orphan = canary_claim("2", "96366")
    before = decide(deployment, [primary, orphan])
    assert before == {(primary.claim_id, 1): "PASS", (orphan.claim_id, 1): "PEND"}
    assert first.terminate() < QUICKLY
    assert deployment.log.open_transactions() == []

    second = deployment.start()
    add_on = canary_claim("1", "96366", name="LATER")
    its_primary = canary_claim("2", "96365", name="LATER")
    after = decide(deployment, [add_on, its_primary])
    assert after == before | {
        (add_on.claim_id, 1): "PASS",  # has its primary from before the restart
        (its_primary.claim_id, 1): "PASS",
        (orphan.claim_id, 2): "PASS",  # resolved by a later claim
    }
    again = replace(primary, event_id="CANARY-EVENT-AGAIN")
    assert decide(deployment, [primary, orphan, again]) == after
    assert len(deployment.decisions()) == len(after)
    assert second.terminate() < QUICKLY
    assert "restore_complete" in second.output
    Verifier(deployment.log, deployment.topics).verify()
    shown = canaries([primary, orphan, add_on, its_primary, again])
    assert [value for value in shown if value in deployment.all_output()] == []


def test_a_supervisors_time_comes_back_after_a_restart(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    program = deployment.start()
    first, second = timed(canary_claim("1", "96365"), 9), timed(canary_claim("2", "96365"), 9)
    before = decide(deployment, [first])
    program.terminate()

    deployment.start()
    overlapping = decide(deployment, [second])
    assert overlapping == before | {(second.claim_id, 1): "DENY"}
    void = {"frequency_code": "8", "replaces_claim_id": first.claim_id}
    taken_back = canary_claim("1", "96365", name="VOID", **void)
    freed = decide(deployment, [taken_back])
    assert freed == overlapping | {(taken_back.claim_id, 1): "PASS", (second.claim_id, 2): "PASS"}
    Verifier(deployment.log, deployment.topics).verify()


def tombstones(deployment: Deployment, changelog: str) -> str:
    """The kinds of state that were deleted, as their one-letter prefixes."""
    records = deployment.log.of(changelog)
    return "".join(sorted((r.key or b"")[:1].decode() for r in records if r.value is None))


def test_what_is_old_is_forgotten_and_stays_so_after_a_restart(deploy: Deploy) -> None:
    days = 30
    deployment = deploy(RETENTION_DAYS=f"{days}").create_topics()
    program = deployment.start()
    old = timed(canary_claim("1", "96365"), 9)
    before = decide(deployment, [old])
    later = old.event_time + timedelta(days=days + 1)
    # The supervisor was with another patient then, and the member has been billed for it: so long
    # ago that neither is known any more.
    patient = timed(canary_claim("2", "96365", event_time=later), 9)
    billed = canary_claim("1", "96365", name="LATER", event_time=later)
    after = decide(deployment, [patient, billed])
    assert after == before | {(patient.claim_id, 1): "PASS", (billed.claim_id, 1): "PASS"}
    assert tombstones(deployment, deployment.topics.encounter_state) == "c"
    # The day was deleted and stored again in one transaction; the encounter was not.
    assert tombstones(deployment, deployment.topics.supervision_state) == "s"
    program.terminate()

    deployment.start()
    void = {"frequency_code": "8", "replaces_claim_id": old.claim_id}
    nothing_left = canary_claim("1", "96365", name="VOID", **void, event_time=later)
    assert decide(deployment, [nothing_left]) == after | {(nothing_left.claim_id, 1): "PASS"}
    Verifier(deployment.log, deployment.topics, days).verify()


def test_sigterm_in_the_middle_leaves_nothing_open(deploy: Deploy) -> None:
    deployment = deploy(BATCH_SIZE="20").create_topics()
    program = deployment.start()
    deployment.wait_for_members("encounter", 1)
    events = [canary_claim(str(number), "96365") for number in range(1500)]
    deployment.publish(events)
    while not deployment.decisions():
        deployment.log.read_on()
    seconds = program.terminate()
    deployment.log.read_to_the_end()
    decided = len(deployment.decisions())
    assert 0 < decided < len(events), "SIGTERM did not come in the middle"
    assert seconds < QUICKLY
    assert deployment.log.open_transactions() == []

    deployment.start()
    deployment.drain()
    assert dispositions(deployment.decisions()) == {(e.claim_id, 1): "PASS" for e in events}
    Verifier(deployment.log, deployment.topics).verify()
    print(f"\nSIGTERM after {decided} of {len(events)} decisions, exit 0 in {seconds:.2f} s")
