"""The gauge of lag: what counts, and that it goes on while partitions are paused."""

from __future__ import annotations

import pytest

from stream_edits.engine.errors import Retriable
from tests.engine.harness import Counter, Stage, cluster
from tests.engine.test_measuring import published_now
from tests.memory_kafka.log import Txn
from tests.memory_kafka.source import MemorySource


class TestLag:
    def lag(self, stage: Stage) -> float | None:
        stage.clock.time_s += 10
        stage.run_rounds()
        return stage.sample("consumer_lag_records", partition="0")

    def test_a_transaction_marker_after_the_last_event_is_not_lag(self) -> None:
        stage = Stage(cluster(1)).start()
        first = Stage(cluster(1))
        assert first.sample("consumer_lag_records", partition="0") is None
        published_now(stage)
        stage.run_rounds()
        # As after the commit of a transactional writer of the input.
        stage.broker.logs["in", 0].mark(Txn("another"), stage.broker.now_ms)
        assert self.lag(stage) == 0

    def test_fetched_events_are_lag_until_they_are_committed(self) -> None:
        processor = Counter()
        processor.away = True
        stage = Stage(cluster(1), processor).start()
        for value in (b"1", b"away", b"2"):
            published_now(stage, value)
        stage.run_rounds()
        assert self.lag(stage) == 2


class TestLagOfHeldPartitions:
    """As a paused client: it fetches nothing, so it does not see the log grow."""

    @pytest.fixture
    def stage(self, monkeypatch: pytest.MonkeyPatch) -> Stage:
        known: dict[int, int | None] = {}

        def cached(source: MemorySource, partition: int) -> int | None:
            if partition not in source.paused:
                known[partition] = source.broker.logs["in", partition].stable_end
            return known.get(partition)

        monkeypatch.setattr(MemorySource, "cached_high_watermark", cached)
        processor = Counter()
        processor.away = True
        stage = Stage(cluster(1), processor).start()
        published_now(stage, b"away")
        stage.run_rounds()
        return stage

    def grown(self, stage: Stage, records: int, after_s: float) -> float | None:
        for _ in range(records):
            published_now(stage)
        stage.clock.time_s += after_s
        stage.run_rounds()
        return stage.sample("consumer_lag_records", partition="0")

    def test_it_grows_while_the_registry_is_away_and_is_asked_for_now_and_then(
        self, stage: Stage
    ) -> None:
        assert self.grown(stage, 3, 20) == 4
        stage.broker.calls.clear()
        assert self.grown(stage, 5, 6) == 4
        assert "watermarks" not in stage.broker.names()
        assert self.grown(stage, 0, 20) == 9
        assert stage.broker.names().count("watermarks") == 1

    def test_it_falls_to_zero_afterwards_and_nothing_is_asked_any_more(self, stage: Stage) -> None:
        assert self.grown(stage, 3, 20) == 4
        assert isinstance(stage.processor, Counter)
        stage.processor.away = False
        for _ in range(5):
            stage.clock.time_s += 60
            stage.run_rounds()
        stage.broker.calls.clear()
        assert self.grown(stage, 2, 60) == 0
        assert "watermarks" not in stage.broker.names()

    def test_it_is_known_during_a_restore(self, stage: Stage) -> None:
        assert isinstance(stage.processor, Counter)
        stage.processor.away = False
        stage.clock.time_s += 60
        stage.run_rounds(5)
        stage.runner.close()
        again = Stage(stage.broker)
        again.broker.fail("read_changelog", Retriable("_TIMED_OUT"), times=50)
        again.runner.start()
        again.run_rounds()
        assert again.sample("ready") == 0
        assert self.grown(again, 3, 20) == 3

    def test_an_answer_that_does_not_come_leaves_the_gauge_as_it_is(self, stage: Stage) -> None:
        assert self.grown(stage, 3, 20) == 4
        stage.broker.fail("watermarks", Retriable("_TIMED_OUT"))
        assert self.grown(stage, 2, 20) == 4
        assert self.grown(stage, 0, 20) == 6
