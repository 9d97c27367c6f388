"""`stream-edits review` of a claim that another one replaced or voided."""

from dataclasses import replace

import pytest

from stream_edits.domain.claim import REPLACEMENT, VOID
from tests.cli.reviewing import HELD, HOLD, embedded, walked


@pytest.mark.parametrize("frequency", [REPLACEMENT, VOID])
def test_a_claim_that_was_withdrawn_is_refused(frequency: str) -> None:
    withdrawing = replace(
        HELD,
        claim_id="CANARY-B",
        event_id="b",
        frequency_code=frequency,
        replaces_claim_id="CANARY-A",
    )
    with embedded() as kafka:
        kafka.publish(*walked(HELD, withdrawing))
        run = kafka.command(*HOLD, "--approve", "--reason", "PRICED")
    problem = "UnknownReview: the claim was replaced or voided\n"
    assert (run.returncode, run.stdout, run.stderr) == (3, "", problem)


def test_another_member_s_withdrawal_is_not_its_own() -> None:
    other = replace(HELD, member_id="CANARY-OTHER", event_id="o")
    void = replace(
        other, claim_id="CANARY-B", event_id="b", frequency_code=VOID, replaces_claim_id="CANARY-A"
    )
    held, *_, voided = walked(HELD, other, void)
    assert voided.withdrawn_claim_id == "CANARY-A"
    with embedded() as kafka:
        kafka.publish(held, voided)
        run = kafka.command(*HOLD, "--approve", "--reason", "PRICED", "--dry-run")
    assert run.returncode == 0, run
