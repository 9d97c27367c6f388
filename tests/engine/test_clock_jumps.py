"""The wall clock is set while a stage runs: what it decides does not depend on it."""

import pytest

from stream_edits.engine.errors import RequiresAbort, TooManyAborts
from tests.engine.harness import Stage, cluster, outputs

DAY_S = 86_400.0
JUMPS = (DAY_S, -DAY_S, 400 * DAY_S, -400 * DAY_S, -20_000 * DAY_S)


def test_jumps_of_the_wall_clock_change_no_output(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    for number, jump in enumerate(JUMPS):
        wall = stage.clock.time_s + jump
        monkeypatch.setattr(stage.clock, "wall", lambda now=wall: now)
        broker.put("in", 0, b"k", b"%d" % number)
        stage.run_rounds(3)
        assert stage.runner.oldest_event_age_s == 0
    assert outputs(broker) == [b"%d:%d" % (n, n + 1) for n in range(len(JUMPS))]
    assert broker.visible("dead") == []
    assert broker.groups["g"].committed == {0: len(JUMPS)}
    assert (stage.sample("event_age_seconds_sum") or 0.0) >= 0


def test_a_clock_that_the_brokers_refuse_is_not_a_fault_of_the_records() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    for number in range(5):
        broker.put("in", 0, b"k", b"%d" % number)
    broker.fail("commit", RequiresAbort("INVALID_TIMESTAMP"), times=5)
    stage.run_rounds(12)
    assert broker.visible("dead") == [], "set right again, it goes on with the same records"
    assert len(outputs(broker)) == 5

    broker.put("in", 0, b"k", b"5")
    broker.fail("commit", RequiresAbort("INVALID_TIMESTAMP"), times=100)
    with pytest.raises(TooManyAborts, match="set the clock of this host"):
        stage.run_rounds(60)
    assert broker.visible("dead") == []
    assert broker.groups["g"].committed == {0: 5}
