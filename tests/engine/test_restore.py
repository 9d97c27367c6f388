"""A restore is complete when progress equals the committed offset, and at no other time."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import (
    LostOffset,
    ProgressAhead,
    RestoreStalled,
    Retriable,
    StateBehind,
    TopicReplaced,
)
from tests.engine.harness import Cluster, Stage, cluster, config, outputs


def worked(events: int = 8) -> Cluster:
    """A cluster after a stage has processed events and closed."""
    broker = cluster(1)
    stage = Stage(broker).start()
    for number in range(events):
        broker.put("in", 0, b"k%d" % (number % 3), b"1")
        stage.run_rounds()
    stage.runner.close()
    return broker


def test_not_ready_and_nothing_processed_until_restored() -> None:
    broker = worked()
    broker.put("in", 0, b"k0", b"2")
    stage = Stage(broker)
    stage.runner.start()
    turns = 0
    remaining = []
    while not stage.runner.ready:
        stage.run_rounds()
        turns += 1
        assert stage.processor.seen == []
        remaining.append(stage.sample("restore_remaining_records", partition="0") or 0)
    assert turns > 3, "the group was polled between the steps"
    begun = remaining[remaining.index(max(remaining)) :]
    assert begun == sorted(set(begun), reverse=True), "it falls with each step"
    assert len(begun) > 3
    assert begun[-1] == 0
    stage.run_rounds()
    assert outputs(broker)[-1] == b"2:4"
    assert stage.sample("restore_records_total") == 16
    assert not broker.readers


def test_a_late_marker_hides_newer_state_and_the_restore_waits_for_it() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"k", b"1")
    stage.run_rounds()
    broker.late = True
    broker.put("in", 0, b"k", b"2")
    stage.run_rounds()
    stage.runner.close()
    broker.write_marker([place for _, place in broker.markers].index(None))
    again = Stage(broker, transactional_id="g-count-1")
    again.runner.start()
    again.run_rounds(5)
    assert not again.runner.ready, "the end of what is visible is not the end"
    broker.release_markers()
    again.until_ready()
    assert again.store(0) == {b"k": b"2"}


def test_an_aborted_writer_does_not_affect_a_restore() -> None:
    broker = worked(2)
    other = broker.sink(config(transactional_id="g-count-1"))
    other.init()
    other.begin()
    other.produce_at("log", 0, [(b"k0", b"999"), (b"__progress__", b"999")])
    other.abort()
    stage = Stage(broker).start()
    assert stage.store(0) == {b"k0": b"1", b"k1": b"1"}


def test_progress_ahead_stops() -> None:
    broker = worked()
    broker.groups["g"].committed[0] = 3
    with pytest.raises(ProgressAhead, match="at 8, ahead of the committed offset 3"):
        Stage(broker).start()


def test_progress_behind_stops() -> None:
    broker = worked()
    broker.groups["g"].committed[0] = 11
    with pytest.raises(StateBehind, match="ends at 8, behind the committed offset 11"):
        Stage(broker).start()


def test_a_lost_changelog_stops() -> None:
    broker = worked()
    broker.recreate("log")
    with pytest.raises(TopicReplaced, match=r"topic log was deleted and created again.*rebuild"):
        Stage(broker).start()


def test_state_without_an_offset_stops() -> None:
    broker = worked()
    broker.groups["g"].committed.clear()
    with pytest.raises(LostOffset, match="run --from progress"):
        Stage(broker).start()


def test_an_open_transaction_that_never_ends_stops_after_the_deadline() -> None:
    broker = cluster(1)
    hanging = broker.sink(config(transactional_id="g-count-1"))
    hanging.init()
    hanging.begin()
    hanging.produce_at("log", 0, [(b"k", b"1")])
    stage = Stage(broker)
    stage.runner.start()
    for _ in range(3):
        stage.run_rounds()
    stage.clock.time_s += 121
    with pytest.raises(RestoreStalled, match="find-hanging"):
        stage.run_rounds()


def test_a_broker_away_during_a_restore_is_retried() -> None:
    broker = worked()
    broker.fail("end_offsets", Retriable("_TRANSPORT"), times=2)
    broker.fail("read_changelog", Retriable("_TRANSPORT"), times=2)
    assert len(Stage(broker).start().store(0)) == 3


def test_records_lost_by_a_failed_call_are_read_again() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    for key in (b"once", b"k", b"k"):
        broker.put("in", 0, key, b"1")
        stage.run_rounds()
    stage.runner.close()
    broker.fail("read_changelog", Retriable("_TIMED_OUT"), after=True)
    assert Stage(broker).start().store(0) == {b"once": b"1", b"k": b"2"}


def test_a_rebalance_during_a_restore_starts_it_again() -> None:
    broker = worked()
    stage = Stage(broker)
    stage.runner.start()
    stage.run_rounds(2)
    assert not stage.runner.ready
    other = Stage(broker, transactional_id="g-count-1")
    other.runner.start()
    for _ in range(12):
        stage.run_rounds()
        other.run_rounds()
    assert stage.runner.ready
    assert len(stage.store(0)) == 3
    assert not broker.readers


def test_records_delivered_during_a_restore_are_read_again() -> None:
    broker = worked()
    broker.put("in", 0, b"k0", b"2")
    stage = Stage(broker)
    stage.runner.start()
    stage.run_rounds(2)
    broker.sources[-1].paused.clear()
    while not stage.runner.ready:
        stage.run_rounds()
    stage.run_rounds()
    assert outputs(broker)[-1] == b"2:4"


def test_compaction_changes_nothing() -> None:
    broker = worked()
    end = broker.logs["log", 0].end
    broker.compact("log", 0)
    assert (len(broker.visible("log")), broker.logs["log", 0].end) == (4, end)
    assert Stage(broker).start().store(0) == {b"k0": b"3", b"k1": b"3", b"k2": b"2"}
