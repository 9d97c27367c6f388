"""Something outside is away: the record is held, the group is polled, no transaction is open."""

from __future__ import annotations

from stream_edits.engine.errors import RequiresAbort
from tests.engine.harness import Counter, Stage, cluster, outputs


def waiting(values: tuple[bytes, ...] = (b"1", b"away", b"2")) -> Stage:
    broker = cluster(1)
    processor = Counter()
    processor.away = True
    stage = Stage(broker, processor).start()
    for value in values:
        broker.put("in", 0, b"a", value)
    stage.run_rounds()
    return stage


def pass_time(stage: Stage, turns: int = 10) -> None:
    for _ in range(turns):
        stage.clock.time_s += 1
        stage.run_rounds()


def test_earlier_records_are_committed_and_no_transaction_stays_open() -> None:
    stage = waiting()
    assert outputs(stage.broker) == [b"1:1"]
    assert stage.broker.groups["g"].committed == {0: 1}
    assert stage.broker.producers["g-count-0"].txn is None


def test_the_record_is_retried_with_growing_waits_and_never_dead_lettered() -> None:
    stage = waiting()
    stage.broker.calls.clear()
    pass_time(stage, 60)
    assert 5 < stage.processor.seen.count((0, 1)) < 12
    assert stage.broker.names().count("consume") >= 60, "polled all the while"
    assert "begin" not in stage.broker.names()
    assert stage.broker.visible("dead") == []
    assert (stage.sample("oldest_event_age_seconds") or 0) > 0
    stage.processor.away = False
    pass_time(stage, 40)
    assert outputs(stage.broker) == [b"1:1", b"away:2", b"2:3"]
    assert not stage.broker.sources[0].paused


def test_records_that_arrive_meanwhile_follow_in_order() -> None:
    stage = waiting()
    stage.broker.put("in", 0, b"a", b"3")
    stage.broker.sources[0].paused.clear()
    pass_time(stage, 2)
    stage.processor.away = False
    pass_time(stage, 40)
    assert outputs(stage.broker) == [b"1:1", b"away:2", b"2:3", b"3:4"]


def test_a_rebalance_drops_the_held_records() -> None:
    stage = waiting()
    other = Stage(stage.broker, transactional_id="g-count-1")
    other.runner.start()
    for _ in range(6):
        stage.run_rounds()
        other.run_rounds()
    stage.processor.away = False
    pass_time(stage, 40)
    assert outputs(stage.broker) == [b"1:1", b"away:2", b"2:3"]


def test_an_abort_after_a_retry_rewinds_everything() -> None:
    stage = waiting()
    stage.processor.away = False
    stage.broker.fail("commit", RequiresAbort("_STATE"))
    pass_time(stage, 10)
    assert outputs(stage.broker) == [b"1:1", b"away:2", b"2:3"]
    assert not stage.broker.sources[0].paused


def test_stop_does_not_wait_for_it() -> None:
    stage = waiting()
    stage.runner.stop()
    stage.runner.run()
    assert stage.broker.sources[0].closed or stage.broker.names()[-1] == "consumer_close"


def test_a_batch_over_its_time_budget_is_cut_and_continued_at_once() -> None:
    broker = cluster(1)

    class Slow(Counter):
        def process(self, record, state):  # type: ignore[no-untyped-def]
            stage.clock.time_s += 25
            return super().process(record, state)

    stage = Stage(broker, Slow()).start()
    for value in range(10):
        broker.put("in", 0, b"a", b"%d" % value)
    stage.run_rounds()
    assert len(outputs(broker)) == 3, "60 seconds at 25 an event"
    stage.run_rounds(6)
    assert [value.split(b":")[1] for value in outputs(broker)] == [
        b"%d" % (number + 1) for number in range(10)
    ]
