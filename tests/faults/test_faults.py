"""The kinds of faults that no other test injects, each once, under load.

`make faults` injects every kind repeatedly.
"""

from pathlib import Path

import pytest

from tests.broker.choice import skip_reason
from tests.faults.kinds import EVERY_KIND, Fault
from tests.faults.on_broker import killed_in_a_transaction, refusing
from tests.faults.on_network import no_answers
from tests.faults.on_processes import doubled, scaled, zombie
from tests.faults.on_topics import (
    claims_topic_created_again,
    offsets_expired,
    partitions_added,
    unreadable_records,
)
from tests.faults.report import summary
from tests.faults.trial import Trial

NAMES = {fault: kind for kind, fault in EVERY_KIND.items()}
ONCE: tuple[Fault, ...] = (
    zombie,
    doubled,
    no_answers,
    refusing,
    scaled,
    killed_in_a_transaction,
    unreadable_records,
    partitions_added,
    offsets_expired,
    claims_topic_created_again,
)


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_lost_or_decided_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = skip_reason()
    if reason:
        pytest.skip(reason)
    with Trial(tmp_path, events_a_second=40, seed=7) as trial:
        for fault in ONCE:
            trial.suffer(NAMES[fault], fault)
        verdict = trial.finish()
        assert "CANARY" not in trial.deployment.all_output()
    with capsys.disabled():
        print("\n" + "\n".join(summary(verdict)))
