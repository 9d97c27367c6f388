"""An event whose timestamp says nothing about its waiting counts from its arrival."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import RequiresAbort
from tests.engine.harness import Counter, Stage, cluster
from tests.memory_kafka.log import Entry

# As of the test's clock: noon of a day in 2025.
NOW_S = 1_750_000_000.0
DAY_S = 24 * 60 * 60.0
UNUSABLE = {
    "none": -1,
    "zero": 0,
    "years ago": 1_000_000_000_000,
    "more than a day ago": round((NOW_S - DAY_S - 1) * 1000),
    "in the future": round((NOW_S + 60) * 1000),
}


def started(processor: Counter | None = None) -> Stage:
    stage = Stage(cluster(1), processor)
    stage.clock.time_s = NOW_S
    return stage.start()


def put(stage: Stage, timestamp_ms: int, value: bytes = b"1") -> None:
    stage.broker.put("in", 0, b"k", value)
    entries = stage.broker.logs["in", 0].entries
    last = entries[-1]
    assert last is not None
    entries[-1] = Entry(last.key, last.value, last.headers, timestamp_ms, last.txn)


def oldest(stage: Stage) -> float:
    return stage.sample("oldest_event_age_seconds") or 0.0


def at_commit(stage: Stage) -> float:
    return stage.sample("event_age_seconds_sum") or 0.0


@pytest.mark.parametrize("timestamp_ms", UNUSABLE.values(), ids=UNUSABLE)
def test_it_counts_from_its_arrival(timestamp_ms: int) -> None:
    stage, seen = started(), []

    def meanwhile() -> None:
        seen.append(oldest(stage))
        stage.clock.time_s += 100
        seen.append(oldest(stage))

    stage.processor.meanwhile = meanwhile
    put(stage, timestamp_ms)
    stage.run_rounds()
    assert seen == [0, 100]
    assert at_commit(stage) == 100
    assert oldest(stage) == 0


def test_a_day_old_timestamp_is_believed() -> None:
    stage = started()
    put(stage, round((NOW_S - DAY_S + 1) * 1000))
    stage.run_rounds()
    assert at_commit(stage) == DAY_S - 1


def test_the_oldest_of_a_batch_counts() -> None:
    stage = started()
    put(stage, -1)
    put(stage, round((NOW_S - 30) * 1000))
    put(stage, 0)
    stage.run_rounds()
    assert at_commit(stage) == 30


def test_it_goes_on_counting_while_it_is_tried_again_and_again() -> None:
    processor = Counter()
    processor.away = True
    stage = started(processor)
    put(stage, 0, b"away")
    stage.run_rounds()
    for _ in range(10):
        stage.clock.time_s += 60
        stage.run_rounds()
    assert oldest(stage) == 600
    put(stage, -1)
    stage.clock.time_s += 60
    stage.run_rounds()
    assert oldest(stage) == 660


def test_an_aborted_event_keeps_its_arrival() -> None:
    stage = started()
    stage.broker.fail("commit", RequiresAbort("_TIMED_OUT"))
    put(stage, 0)
    stage.run_rounds()
    stage.clock.time_s += 50
    stage.run_rounds()
    assert at_commit(stage) == 50


def test_arrivals_of_committed_events_are_forgotten() -> None:
    stage = started()
    for _ in range(5):
        put(stage, 0)
        stage.run_rounds()
    assert stage.runner._member is not None
    assert len(stage.runner._member.inbox._arrivals._at_ms) == 1
