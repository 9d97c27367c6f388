"""Gauges that must stay true while the loop is blocked: age, lag, size of state, the client."""

from __future__ import annotations

import json

import pytest

from stream_edits.engine.errors import RequiresAbort, Retriable
from stream_edits.engine.kafka.statistics import digest, reporting
from stream_edits.engine.ports import Output, Record, StateView
from stream_edits.engine.state.largest_keys import SHOWN_S
from stream_edits.engine.state.store import MemoryStore, UncommittedState
from stream_edits.metrics import ClientStatistics, Metrics, StageMetrics
from tests.engine.harness import Counter, Stage, cluster


def age(stage: Stage) -> float:
    return stage.sample("oldest_event_age_seconds") or 0.0


def published_now(stage: Stage, value: bytes = b"1") -> None:
    stage.broker.now_ms = round(stage.clock.time_s * 1000) - 1
    stage.broker.put("in", 0, b"k", value)


class TestOldestUndecidedEvent:
    def test_the_age_is_zero_before_the_first_event_and_after_the_last_commit(self) -> None:
        stage = Stage(cluster(1))
        assert age(stage) == 0
        stage.start()
        published_now(stage)
        stage.run_rounds()
        stage.clock.time_s += 60
        assert age(stage) == 0

    def test_the_age_grows_between_two_scrapes_while_the_loop_is_blocked(self) -> None:
        stage = Stage(cluster(1)).start()
        seen: list[float] = []

        def meanwhile() -> None:
            for _ in range(2):
                stage.clock.time_s += 100
                seen.append(age(stage))

        stage.processor.meanwhile = meanwhile
        published_now(stage)
        stage.run_rounds()
        assert seen == [100, 200]
        assert age(stage) == 0

    def test_the_age_grows_while_the_registry_is_away(self) -> None:
        processor = Counter()
        processor.away = True
        stage = Stage(cluster(1), processor).start()
        published_now(stage)
        published_now(stage, b"away")
        stage.run_rounds()
        stage.clock.time_s += 500
        assert age(stage) == 500
        stage.run_rounds()
        processor.away = False
        for _ in range(40):
            stage.clock.time_s += 1
            stage.run_rounds()
        assert age(stage) == 0

    def test_an_aborted_event_counts_until_it_is_committed(self) -> None:
        stage = Stage(cluster(1)).start()
        stage.broker.fail("commit", RequiresAbort("_TIMED_OUT"))
        published_now(stage)
        stage.run_rounds()
        stage.clock.time_s += 30
        assert age(stage) >= 30
        stage.run_rounds()
        assert age(stage) == 0

    def test_events_of_a_partition_that_moved_do_not_count(self) -> None:
        processor = Counter()
        processor.away = True
        stage = Stage(cluster(1), processor).start()
        published_now(stage, b"away")
        stage.run_rounds()
        stage.clock.time_s += 10
        assert age(stage) == 10
        stage.broker.evict(stage.broker.sources[0])
        other = Stage(stage.broker, transactional_id="g-count-1")
        other.runner.start()
        stage.run_rounds()
        assert age(stage) == 0


def test_the_size_of_state_follows_every_change() -> None:
    store = MemoryStore()
    store.put(b"a", b"123")
    store.apply({b"b": b"12345", b"a": b"1", b"gone": None})
    assert store.size_bytes == 2 + 6
    store.delete(b"b")
    store.delete(b"b")
    assert store.size_bytes == 2 == sum(len(k) + len(v) for k, v in store.snapshot().items())


def test_a_partition_shows_its_entries_and_bytes_and_they_go_with_it() -> None:
    stage = Stage(cluster(1)).start()
    published_now(stage)
    stage.run_rounds()
    assert stage.sample("state_entries", partition="0") == 1
    assert stage.sample("state_bytes", partition="0") == 2
    stage.runner.close()
    assert stage.sample("state_bytes", partition="0") is None


class Sizes(Counter):
    """It tells the number in a record as the size of its key."""

    def process(self, record: Record, state: StateView) -> list[Output]:
        state.note_size(int(record.value or b"0"))
        state.put(b"k", b"v")
        return []


def test_the_largest_key_is_shown_until_it_was_not_touched_for_a_while() -> None:
    stage = Stage(cluster(1), Sizes()).start()

    def largest() -> float | None:
        stage.clock.time_s += 6
        stage.run_rounds()
        return stage.sample("largest_key", partition="0")

    assert largest() == 0
    for value in (b"7", b"900", b"8"):
        published_now(stage, value)
    assert largest() == 900
    stage.clock.time_s += SHOWN_S
    assert largest() == 900
    published_now(stage, b"5")
    assert largest() == 900
    stage.clock.time_s += SHOWN_S
    assert largest() == 5
    stage.clock.time_s += 3 * SHOWN_S
    assert largest() == 0
    stage.runner.close()
    assert stage.sample("largest_key", partition="0") is None


def test_what_an_aborted_batch_touched_is_not_shown() -> None:
    view = UncommittedState(MemoryStore())
    for items in (3, 2):
        view.note_size(items)
    assert view.largest == 3
    view.drop()
    assert view.largest == 0


def test_aborts_are_counted_by_reason_and_an_unknown_one_as_other() -> None:
    stage = Stage(cluster(1)).start()
    for reason in ("_TIMED_OUT", "A_REASON_NOBODY_KNOWS"):
        stage.broker.fail("commit", RequiresAbort(reason))
        published_now(stage)
        stage.run_rounds(3)
    assert stage.sample("aborts_total", reason="_TIMED_OUT") == 1
    assert stage.sample("aborts_total", reason="OTHER") == 1
    assert stage.sample("transactions_total", outcome="aborted") == 2


def test_a_stage_that_waits_for_its_brokers_is_not_ready() -> None:
    broker = cluster(1)
    stage = Stage(broker)
    broker.fail("committed", Retriable("_TIMED_OUT"), times=3)
    stage.runner.start()
    assert stage.sample("ready") == 0
    stage.until_ready()
    assert stage.sample("ready") == 1


BROKER = {
    "nodename": "b:9092", "state": "UP", "outbuf_cnt": 1, "waitresp_cnt": 2, "txerrs": 3,
    "rxerrs": 4, "req_timeouts": 5, "disconnects": 6, "rtt": {"avg": 2000, "p99": 30000},
}  # fmt: skip
REPORT = {
    "time": 1700000000,
    "msg_cnt": 7,
    "brokers": {"boot": {**BROKER, "state": "DOWN"}, "b/1": BROKER, "coordinator": BROKER},
    "topics": {"t": {"partitions": {"0": {"fetchq_cnt": 8}, "-1": {"fetchq_cnt": 0}}}},
    "cgrp": {"join_state": "steady"},
}
DIGESTED = ClientStatistics(
    "consumer", 1.7e9, 1, 0.002, 0.03, 3, 6, 15, True, 9, 12, 15, 18
)  # fmt: skip


class TestClientStatistics:
    def test_a_broker_with_two_names_counts_once(self) -> None:
        assert digest("consumer", json.dumps(REPORT)) == DIGESTED

    def test_a_producer_is_in_no_group(self) -> None:
        report = {name: value for name, value in REPORT.items() if name != "cgrp"}
        assert digest("producer", json.dumps(report)).steady is None

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"brokers": {"b": {}}, "topics": {}}'])
    def test_unreadable_statistics_are_skipped_and_logged_once(
        self, text: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        taken: list[ClientStatistics] = []
        take = reporting("consumer", taken.append)["stats_cb"]
        assert callable(take)
        for _ in range(3):
            take(text)
        take(json.dumps(REPORT))
        assert taken == [DIGESTED]
        warnings = [record for record in caplog.records if "statistics_unread" in record.message]
        assert len(warnings) == 1

    def test_totals_only_grow_although_a_new_client_begins_at_zero(self) -> None:
        metrics = Metrics()
        stage = StageMetrics(metrics, "s")
        for timeouts in (5, 7, 2):
            stage.client(DIGESTED._replace(timeouts=timeouts))
        labels = {"stage": "s", "client": "consumer", "kind": "timeout"}
        value = metrics.registry.get_sample_value("stream_edits_client_errors_total", labels)
        assert value == 5 + 2 + 2
