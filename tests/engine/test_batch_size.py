"""How many events a transaction takes, by what an event costs."""

from collections.abc import Iterable
from itertools import pairwise

import pytest

from stream_edits.engine.batches.batch_size import BatchSize
from stream_edits.engine.ports import Output, Record, StateView
from tests.engine.harness import Counter, FakeClock, Stage, cluster


def after(most: int, *batches: tuple[int, float]) -> int:
    size = BatchSize(most)
    for events, took_s in batches:
        size.note(events, took_s)
    return size.limit


def test_a_fast_stage_reaches_the_most_that_is_set() -> None:
    assert after(10_000, *[(500, 0.001)] * 10) == 10_000


def test_a_clock_that_does_not_move_is_a_fast_stage() -> None:
    assert after(10_000, *[(500, 0.0)] * 10) == 10_000


def test_the_limit_grows_twofold_at_most() -> None:
    assert after(10_000, (500, 0.0001)) == 1000


def test_a_slow_stage_takes_what_it_does_in_the_target_time() -> None:
    assert after(10_000, *[(500, 0.1)] * 10) == 2000


def test_a_batch_without_events_says_nothing() -> None:
    assert after(10_000, *[(500, 0.001)] * 10, (0, 0.1)) == 10_000


def test_the_limit_falls_at_once() -> None:
    fast = [(500, 0.001)] * 10
    assert after(10_000, *fast, (500, 0.2)) == 1000


@pytest.mark.parametrize(("most", "least"), [(10_000, 500), (500, 500), (3, 3), (1, 1)])
def test_the_slowest_stage_takes_the_least(most: int, least: int) -> None:
    assert after(most, (1, 60.0)) == least
    assert after(most) == least


def aborted(size: BatchSize, times: int) -> int:
    for _ in range(times):
        size.on_aborted()
    return size.limit


def test_an_aborted_batch_is_tried_again_with_half_the_events() -> None:
    size = BatchSize(10_000)
    assert [aborted(size, 1) for _ in range(10)] == [250, 125, 62, 31, 15, 7, 3, 1, 1, 1]


def test_after_an_abort_the_limit_grows_slowly() -> None:
    size = BatchSize(10_000)
    aborted(size, 2)
    found = []
    for _ in range(4):
        size.note(size.limit, 0.001)
        found.append(size.limit)
    assert found == [140, 157, 176, 198]
    for _ in range(60):
        size.note(size.limit, 0.001)
    assert size.limit == 10_000


class Slow(Counter):
    """A processor whose events take time."""

    def __init__(self, event_s: float) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.event_s = event_s

    def process(self, record: Record, state: StateView) -> Iterable[Output]:
        self.clock.sleep(self.event_s)
        return super().process(record, state)


@pytest.mark.parametrize(
    ("event_s", "sizes"),
    [(0.0, [500, 1000, 2000, 3500]), (0.0002, [500, 1000, 2000, 2000]), (1.0, [500, 500, 500])],
)
def test_a_transaction_takes_what_fits_into_the_target_time(
    event_s: float, sizes: list[int]
) -> None:
    broker = cluster(partitions=1)
    for number in range(7000):
        broker.put("in", 0, b"k%d" % number, b"v")
    slow = Slow(event_s)
    stage = Stage(broker, slow, batch_size=5000, batch_budget_s=4000.0, max_poll_interval_ms=10**7)
    slow.clock = stage.clock
    stage.start()
    done = [0]
    while len(done) <= len(sizes):
        stage.run_rounds()
        if len(slow.seen) > done[-1]:
            done.append(len(slow.seen))
    assert [after - before for before, after in pairwise(done)] == sizes
