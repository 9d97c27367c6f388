"""A member that is left without partitions joins its group again."""

import pytest

from stream_edits.engine.ports import AssignmentListener
from tests.engine.harness import Stage, cluster


def test_a_member_left_without_partitions_joins_again_after_two_session_timeouts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = cluster()
    stage = Stage(broker).start()
    (source,) = broker.sources

    def left_out(listener: AssignmentListener) -> None:
        """As when the coordinator unloads the group in the middle of a rebalance."""

    with monkeypatch.context() as patch:
        patch.setattr(source, "_serve", left_out)
        stage.partitions.on_lost([0, 1])
        stage.run_rounds(2)
        generation = broker.groups["g"].generation
        stage.clock.time_s += 119.0
        stage.run_rounds(2)
        assert broker.groups["g"].generation == generation
        assert not stage.runner.ready
    broker.put("in", 0, b"k", b"1")
    stage.clock.time_s += 2.0
    stage.until_ready()
    stage.run_rounds(2)
    assert [output.value for output in broker.visible("out")] == [b"1:1"]


def test_a_member_with_partitions_never_does() -> None:
    broker = cluster()
    stage = Stage(broker).start()
    stage.run_rounds(2)
    generation = broker.groups["g"].generation
    stage.clock.time_s += 3600.0
    stage.run_rounds(4)
    assert broker.groups["g"].generation == generation
