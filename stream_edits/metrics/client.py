"""The few of librdkafka's statistics that are measured, and where they go."""

from __future__ import annotations

from typing import NamedTuple

from prometheus_client import Counter

from .declared import Metrics


class ClientStatistics(NamedTuple):
    """One client at one moment; the last four fields only grow while the client lives.

    `steady` is None for a client that is in no group.
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
        self._timestamp = metrics.client_timestamp.labels(stage, client)
        self._brokers = metrics.client_brokers.labels(stage, client)
        self._average = metrics.client_round_trip.labels(stage, client, "avg")
        self._p99 = metrics.client_round_trip.labels(stage, client, "p99")
        self._to_send = metrics.client_requests.labels(stage, client, "to_send")
        self._to_be_answered = metrics.client_requests.labels(stage, client, "to_be_answered")
        self._messages = metrics.client_messages.labels(stage, client)
        self._steady = metrics.group_steady.labels(stage) if client == "consumer" else None
        self._totals = [
            _Total(metrics.client_errors.labels(stage, client, "send")),
            _Total(metrics.client_errors.labels(stage, client, "receive")),
            _Total(metrics.client_errors.labels(stage, client, "timeout")),
            _Total(metrics.client_disconnects.labels(stage, client)),
        ]

    def take(self, now: ClientStatistics) -> None:
        """Show these statistics until the next come."""
        self._timestamp.set(now.time_s)
        self._brokers.set(now.brokers_up)
        self._average.set(now.round_trip_avg_s)
        self._p99.set(now.round_trip_p99_s)
        self._to_send.set(now.to_send)
        self._to_be_answered.set(now.to_be_answered)
        self._messages.set(now.messages)
        if self._steady is not None and now.steady is not None:
            self._steady.set(now.steady)
        grown = (now.send_errors, now.receive_errors, now.timeouts, now.disconnects)
        for total, value in zip(self._totals, grown, strict=True):
            total.reach(value)


class _Total:
    """A counter that follows one kept elsewhere; that one begins anew with a new client."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._last = 0

    def reach(self, value: int) -> None:
        self._counter.inc(value - self._last if value >= self._last else value)
        self._last = value
