"""The metrics from librdkafka's statistics."""

from __future__ import annotations

from typing import NamedTuple

from prometheus_client import Counter

from .declared import Metrics


class ClientStatistics(NamedTuple):
    """The statistics of one client. The last four fields count up while the client lives.

    `time_s` is Unix time. `steady` is None for a client that is in no group.
    """

    client: str
    time_s: float
    brokers_up: int
    round_trip_avg_s: float
    round_trip_p99_s: float
    to_send: int
    to_be_answered: int
    messages: int
    steady: bool | None
    send_errors: int
    receive_errors: int
    timeouts: int
    disconnects: int


class ClientMetrics:
    """The metrics of one stage's consumer or producer."""

    def __init__(self, metrics: Metrics, stage: str, client: str) -> None:
        self._all = metrics
        self._labels = (stage, client)
        self._totals = [
            _Total(metrics.client_errors.labels(stage, client, "send")),
            _Total(metrics.client_errors.labels(stage, client, "receive")),
            _Total(metrics.client_errors.labels(stage, client, "timeout")),
            _Total(metrics.client_disconnects.labels(stage, client)),
        ]

    def take(self, now: ClientStatistics) -> None:
        """Set the metrics from new statistics."""
        # The gauges are created here: before the first statistics, 0 brokers would be wrong.
        metrics, labels = self._all, self._labels
        metrics.client_timestamp.labels(*labels).set(now.time_s)
        metrics.client_brokers.labels(*labels).set(now.brokers_up)
        metrics.client_round_trip.labels(*labels, "avg").set(now.round_trip_avg_s)
        metrics.client_round_trip.labels(*labels, "p99").set(now.round_trip_p99_s)
        metrics.client_requests.labels(*labels, "to_send").set(now.to_send)
        metrics.client_requests.labels(*labels, "to_be_answered").set(now.to_be_answered)
        metrics.client_messages.labels(*labels).set(now.messages)
        if now.steady is not None:
            metrics.group_steady.labels(labels[0]).set(now.steady)
        grown = (now.send_errors, now.receive_errors, now.timeouts, now.disconnects)
        for total, value in zip(self._totals, grown, strict=True):
            total.reach(value)


class _Total:
    """A counter that follows one of the client, which starts at 0 with a new client."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._last = 0

    def reach(self, value: int) -> None:
        self._counter.inc(value - self._last if value >= self._last else value)
        self._last = value
