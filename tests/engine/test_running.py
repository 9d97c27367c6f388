"""Runners in a process: start, stop, threads, signals, health."""

from __future__ import annotations

import os
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest
from prometheus_client import CollectorRegistry

from stream_edits.engine.errors import (
    AccessRefused,
    EngineStopped,
    FatalClientError,
    Interrupted,
    OptionRefused,
    Retriable,
    TopicsUnfit,
)
from stream_edits.engine.group import run_together
from stream_edits.engine.transaction import Transactions
from stream_edits.metrics import Metrics, StageMetrics, declared
from stream_edits.service.health import HealthServer
from tests.engine.harness import Stage, cluster, config, outputs


class TestStart:
    def test_a_partition_count_that_differs_from_the_settings_stops_the_start(self) -> None:
        broker = cluster(1)
        with pytest.raises(TopicsUnfit, match=r"has 1 partition, the settings say 6"):
            Stage(broker, partitions=6).start()
        assert "subscribe" not in broker.names()

    def test_missing_topics_are_named_with_the_command_that_creates_them(self) -> None:
        broker = cluster(1)
        broker.delete("log")
        broker.delete("dead")
        with pytest.raises(
            TopicsUnfit, match=r"dead, log, or no right to .*`stream-edits topics create`"
        ):
            Stage(broker).start()
        assert "subscribe" not in broker.names()

    def test_output_topics_are_checked_too(self) -> None:
        with pytest.raises(TopicsUnfit, match="pass"):
            Stage(cluster(1), output_topics=("out", "pass")).start()

    def test_input_and_changelog_must_have_the_same_partition_count(self) -> None:
        broker = cluster(2)
        broker.create("log", 3)
        with pytest.raises(TopicsUnfit, match=r"in has 2 partitions.*log has 3"):
            Stage(broker).start()

    def test_brokers_that_refuse_the_connection_get_three_attempts(self) -> None:
        for refusals, let_in in ((2, True), (3, False)):
            broker = cluster(1)
            refused = AccessRefused("_TRANSPORT", "check the password")
            broker.fail("topic_facts", refused, times=refusals)
            if let_in:
                Stage(broker).start()
                continue
            with pytest.raises(FatalClientError, match="check the password"):
                Stage(broker).start()
            assert "subscribe" not in broker.names()

    def test_the_start_waits_for_a_broker_that_is_away(self) -> None:
        broker = cluster(1)
        broker.fail("topic_facts", Retriable("_TRANSPORT"), times=50)
        stage = Stage(broker).start()
        assert stage.clock.time_s > 1200, "far beyond every budget"
        assert stage.runner.last_moved > 1200, "and alive all the while"

    def test_stop_ends_the_waiting(self) -> None:
        broker = cluster(1)
        broker.fail("topic_facts", Retriable("_TRANSPORT"), times=10_000)
        stage = Stage(broker)
        stage.runner.stop()
        stage.runner.run()

    def test_stop_ends_the_initialisation_of_the_producer(self) -> None:
        broker = cluster(1)
        stage = Stage(broker)
        stage.runner.stop()
        with pytest.raises(Interrupted):
            Transactions(
                stage.config, lambda: broker.sink(stage.config), stage.clock, lambda: None
            ).init(lambda: True)

    @pytest.mark.parametrize(
        "changes",
        [
            {"message_timeout_ms": 40_000},
            {"transaction_budget_s": 290.0},
            {"batch_size": 0},
        ],
    )
    def test_settings_that_contradict_each_other_are_refused(self, changes: dict[str, int]) -> None:
        with pytest.raises(OptionRefused):
            config(**changes)

    def test_the_transaction_outlives_a_request_and_a_delivery(self) -> None:
        settings = config()
        assert settings.transaction_timeout_ms > 30_000
        assert settings.message_timeout_ms < settings.transaction_timeout_ms


class TestRun:
    def test_run_processes_until_stopped_and_closes_in_order(self) -> None:
        broker = cluster(1)
        stage = Stage(broker)
        for number in range(5):
            broker.put("in", 0, b"a", b"%d" % number)
        thread = threading.Thread(target=stage.runner.run)
        thread.start()
        deadline = time.monotonic() + 10
        while len(outputs(broker)) < 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert stage.runner.ready
        stage.runner.stop()
        thread.join(10)
        assert not thread.is_alive()
        assert not stage.runner.ready
        assert len(outputs(broker)) == 5
        closing = [name for name in broker.names() if name.endswith("_close")]
        assert closing == ["reader_close", "producer_close", "consumer_close"]

    def test_a_bug_is_raised_after_closing(self) -> None:
        broker = cluster(1)
        broker.fail("consume", RuntimeError("a bug"))
        with pytest.raises(RuntimeError):
            Stage(broker).runner.run()
        assert broker.names()[-1] == "consumer_close"


class Endless:
    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure
        self.stopped = threading.Event()

    def run(self) -> None:
        if self.failure is not None:
            raise self.failure
        assert self.stopped.wait(20)

    def stop(self) -> None:
        self.stopped.set()


class TestTogether:
    def test_when_one_fails_all_stop_and_its_failure_is_raised(self) -> None:
        others = [Endless(), Endless()]
        with pytest.raises(EngineStopped, match="because"):
            run_together([others[0], Endless(EngineStopped("because")), others[1]])
        assert all(other.stopped.is_set() for other in others)

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_stops_all_and_the_handlers_are_restored(self, number: signal.Signals) -> None:
        before = signal.getsignal(number)
        runners = [Endless(), Endless()]
        threading.Timer(0.3, os.kill, (os.getpid(), number)).start()
        run_together(runners)
        assert all(runner.stopped.is_set() for runner in runners)
        assert signal.getsignal(number) is before


class Observed:
    def __init__(self, ready: bool = True, last_moved: float = 0.0) -> None:
        self.ready = ready
        self.last_moved = last_moved


class TestHealth:
    def get(self, server: HealthServer, path: str) -> tuple[int, str]:
        try:
            url = f"http://127.0.0.1:{server.port}{path}"
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as failure:
            return failure.code, failure.read().decode()

    def test_three_paths_and_nothing_else(self) -> None:
        metrics = Metrics()
        StageMetrics(metrics, "count").stepped.inc(3)
        runner = Observed()
        now = [10.0]
        server = HealthServer(
            "127.0.0.1", 0, metrics.registry, [runner, Observed()], 60.0, lambda: now[0]
        )
        server.start()
        try:
            status, text = self.get(server, "/metrics")
            assert status == 200
            assert 'stream_edits_events_total{outcome="stepped",stage="count"} 3.0' in text
            assert self.get(server, "/healthz")[0] == 200
            assert self.get(server, "/readyz")[0] == 200
            assert [self.get(server, path)[0] for path in ("/", "/metrics/x", "/ready")] == [
                404
            ] * 3
            runner.ready = False
            assert self.get(server, "/readyz")[0] == 503
            assert self.get(server, "/healthz")[0] == 200
            now[0] = 61.0
            assert self.get(server, "/healthz")[0] == 503
        finally:
            server.close()

    def test_a_stage_waiting_for_its_broker_is_alive_and_not_ready(self) -> None:
        broker = cluster(1)
        stage = Stage(broker)
        broker.fail("topic_facts", Retriable("_TRANSPORT"), times=200)
        stage.runner.start()
        server = HealthServer(
            "127.0.0.1", 0, CollectorRegistry(), [stage.runner], 180.0, stage.clock.monotonic
        )
        assert server.answer("/healthz", "")[0] == 200
        assert server.answer("/readyz", "")[0] == 503
        server.close()


class TestMetrics:
    def test_names_and_labels(self) -> None:
        bounded = {
            "stage", "topic", "partition", "outcome", "reason", "edit_id", "disposition",
            "error_class", "kind", "cause", "document", "policy_section", "client", "statistic",
            "waiting", "version", "policy", "event_schema", "decision_schema", "kafka_client",
            "waits_for", "days_left", "worker",
        }  # fmt: skip
        metrics = declared()
        assert len(metrics) > 20
        for name, _, text, labels in metrics:
            assert name.startswith("stream_edits_")
            assert text
            assert set(labels) <= bounded

    def test_series_of_a_stage_start_at_zero(self) -> None:
        metrics = Metrics()
        StageMetrics(metrics, "intake")
        value = metrics.registry.get_sample_value(
            "stream_edits_transactions_total", {"stage": "intake", "outcome": "aborted"}
        )
        assert value == 0


def test_transactional_id_and_group_come_from_the_configuration() -> None:
    settings = config(group_instance_id="pod-0")
    assert (settings.transactional_id, settings.group_instance_id) == ("g-count-0", "pod-0")
