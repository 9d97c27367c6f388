"""Assigned, revoked, lost: who owns which partition, from which offset, with which state."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import EngineStopped, FatalClientError, LostOffset, Retriable
from tests.engine.harness import Stage, cluster, outputs


def both(first: Stage, second: Stage, times: int = 6) -> None:
    for _ in range(times):
        first.run_rounds()
        second.run_rounds()


def test_a_first_start_begins_at_the_low_watermark_by_assign_not_by_seek() -> None:
    broker = cluster(2)
    for value in (b"gone", b"1"):
        broker.put("in", 0, b"a", value)
    broker.logs["in", 0].first = 1
    Stage(broker, internal_topics=frozenset({"log"})).start().run_rounds()
    assert ("assign", {0: 1, 1: 0}) in broker.calls
    assert "seek" not in broker.names()
    assert outputs(broker) == [b"1:1"]


def test_a_restart_continues_at_the_committed_offset_with_equal_state() -> None:
    broker = cluster(2)
    for number in (0, 1, 0):
        broker.put("in", number, b"k%d" % number, b"1")
    stage = Stage(broker).start()
    stage.run_rounds()
    before = [stage.store(0), stage.store(1)]
    stage.runner.close()
    broker.put("in", 0, b"k0", b"2")
    again = Stage(broker).start()
    assert [again.store(0), again.store(1)] == before
    again.run_rounds()
    assert outputs(broker)[-1] == b"2:3"


def test_the_state_of_a_partition_moves_with_it() -> None:
    broker = cluster(2)
    first = Stage(broker).start()
    for number in (0, 1):
        broker.put("in", number, b"k", b"1")
    first.run_rounds()
    second = Stage(broker, transactional_id="g-count-1")
    second.runner.start()
    both(first, second)
    assert first.runner.ready
    assert second.runner.ready
    for number in (0, 1):
        broker.put("in", number, b"k", b"2")
    both(first, second)
    assert sorted(outputs(broker)) == [b"1:1", b"1:1", b"2:2", b"2:2"]
    assert second.processor.seen == [(1, 1)]


def test_state_is_kept_when_the_same_partition_is_assigned_again() -> None:
    broker = cluster(1)
    first = Stage(broker).start()
    broker.put("in", 0, b"k", b"1")
    first.run_rounds()
    second = Stage(broker, transactional_id="g-count-1")
    second.runner.start()
    broker.calls.clear()
    both(first, second)
    assert "read_changelog" not in broker.names(), "the state was still the newest"
    assert second.runner.ready, "ready with no partition at all"
    broker.put("in", 0, b"k", b"2")
    both(first, second)
    assert outputs(broker) == [b"1:1", b"2:2"]


def test_kept_state_is_dropped_when_another_owner_has_committed() -> None:
    broker = cluster(1)
    first = Stage(broker).start()
    broker.put("in", 0, b"k", b"1")
    first.run_rounds()
    second = Stage(broker, transactional_id="g-count-1")
    # The lower name gets the only partition: the second runner takes it, commits, and leaves.
    broker.sources[0].member.name = "z"
    second.runner.start()
    broker.put("in", 0, b"k", b"2")
    both(first, second)
    assert second.processor.seen == [(0, 1)]
    partitions = first.partitions
    assert not partitions.owned
    second.runner.close()
    broker.put("in", 0, b"k", b"3")
    first.run_rounds(12)
    assert outputs(broker) == [b"1:1", b"2:2", b"3:3"]


def test_state_kept_over_a_revoke_is_checked_by_its_offset() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"k", b"1")
    stage.run_rounds()
    partitions = stage.partitions
    partitions.on_revoke([0])
    broker.groups["g"].committed[0] = 7
    partitions.on_assign([0])
    assert partitions.restore is not None, "not the newest any more: read again"


def test_lost_partitions_are_dropped_and_nothing_is_committed() -> None:
    broker = cluster(1)
    first = Stage(broker).start()
    broker.put("in", 0, b"k", b"1")
    first.run_rounds()
    second = Stage(broker, transactional_id="g-count-1")
    broker.evict(broker.sources[0])
    second.start()
    broker.put("in", 0, b"k", b"2")
    second.run_rounds()
    broker.calls.clear()
    first.run_rounds()
    assert "commit" not in broker.names()
    assert first.sample("rebalances_total", kind="lost") == 1
    partitions = first.partitions
    assert not partitions.owned
    both(first, second)
    assert outputs(broker) == [b"1:1", b"2:2"]


def test_a_zombie_that_processed_is_fenced_by_its_generation() -> None:
    broker = cluster(1)
    first = Stage(broker).start()
    second = Stage(broker, transactional_id="g-count-1")
    broker.evict(broker.sources[0], deaf=1)
    second.start()
    broker.put("in", 0, b"k", b"1")
    first.run_rounds()
    assert outputs(broker) == []
    second.run_rounds()
    assert outputs(broker) == [b"1:1"]


def test_records_consumed_before_a_rebalance_in_the_same_call_are_not_processed() -> None:
    broker = cluster(2)
    first = Stage(broker).start()
    broker.sources[0].prefetched = True
    second = Stage(broker, transactional_id="g-count-1")
    second.runner.start()
    for number in (0, 1):
        broker.put("in", number, b"k", b"1")
    both(first, second)
    assert outputs(broker) == [b"1:1", b"1:1"]


def test_the_gauges_of_a_revoked_partition_are_removed() -> None:
    broker = cluster(2)
    stage = Stage(broker).start()
    broker.put("in", 1, b"k", b"1")
    stage.run_rounds()
    assert stage.sample("state_entries", partition="1") == 1
    assert stage.sample("assigned_partitions") == 2
    assert stage.sample("ready") == 1
    stage.clock.time_s += 10
    stage.run_rounds()
    assert stage.sample("consumer_lag_records", partition="1") == 0
    stage.runner.close()
    for name in ("state_entries", "consumer_lag_records", "restore_remaining_records"):
        assert stage.sample(name, partition="1") is None
    assert stage.sample("assigned_partitions") == 0
    assert stage.sample("ready") == 0


def test_a_predecessors_open_transaction_is_ended_before_joining() -> None:
    broker = cluster(1)
    broker.put("in", 0, b"k", b"1")
    crashed = Stage(broker).start()
    broker.fail("commit", FatalClientError("crash"))
    with pytest.raises(FatalClientError):
        crashed.run_rounds()
    broker.evict(broker.sources[0], deaf=1)
    assert broker.visible("out") == []
    names_before = len(broker.calls)
    again = Stage(broker).start()
    assert broker.names()[names_before:].index("init") < broker.names()[names_before:].index(
        "subscribe"
    )
    again.run_rounds()
    assert outputs(broker) == [b"1:1"]


def test_unstable_offsets_are_waited_for_then_given_up() -> None:
    broker = cluster(1)
    stage = Stage(broker)
    broker.fail("committed", Retriable("UNSTABLE_OFFSET_COMMIT"), times=3)
    stage.start()
    broker.fail("committed", Retriable("UNSTABLE_OFFSET_COMMIT"), times=10_000)
    broker.evict(broker.sources[0])
    with pytest.raises(EngineStopped, match="hanging transaction"):
        stage.run_rounds(3)


def test_a_committed_offset_that_is_gone_stops_the_runner() -> None:
    broker = cluster(1)
    broker.put("in", 0, b"k", b"1")
    stage = Stage(broker).start()
    stage.run_rounds()
    stage.runner.close()
    broker.logs["in", 0].first = 5
    again = Stage(broker).start()
    with pytest.raises(LostOffset):
        again.run_rounds()


def test_closing_ends_the_transaction_before_the_consumer() -> None:
    broker = cluster(1)
    stage = Stage(broker).start()
    broker.put("in", 0, b"k", b"1")
    broker.fail("commit", RuntimeError("a bug"))
    with pytest.raises(RuntimeError):
        stage.run_rounds()
    broker.calls.clear()
    stage.runner.close()
    assert broker.names()[:3] == ["abort", "producer_close", "consumer_close"]
