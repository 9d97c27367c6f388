"""/metrics, /healthz and /readyz, for Prometheus and Kubernetes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from stream_edits.service.endpoint import TEXT, Answer, AnsweringServer

_DEADLINE_S = 180.0


class Observed(Protocol):
    """A loop whose health is reported: a StageRunner."""

    @property
    def ready(self) -> bool:
        """True when partitions are assigned, their state is restored, and the group is its own."""

    @property
    def last_moved(self) -> float:
        """Monotonic time in seconds of the loop's last round or retry."""


def deadline_s(transaction_timeout_ms: int) -> float:
    """How long a loop may stand still and be alive: a commit blocks as long as its time-out."""
    return max(_DEADLINE_S, transaction_timeout_ms / 1000 + _DEADLINE_S / 3)


class HealthServer(AnsweringServer):
    """Serves exactly three paths; every other path is 404.

    /healthz fails only when a loop was blocked for `deadline_s` seconds. The deadline is above the
    transaction time-out, because a commit may block that long. Without brokers the loops retry, so
    an outage of Kafka fails no probe. A stage in the middle of a commit ends by itself after two
    minutes, and waits for the brokers when it is started again. /readyz fails until every runner
    is assigned and restored, and while other programs are in its group.
    """

    def __init__(
        self,
        host: str,
        port: int,
        registry: CollectorRegistry,
        runners: Sequence[Observed],
        deadline_s: float = _DEADLINE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Bind the port. Raises OSError if it is taken. Port 0 takes a free one."""
        self._registry = registry
        self._runners = runners
        self._deadline_s = deadline_s
        self._monotonic = monotonic
        super().__init__(host, port)

    def answer(self, path: str, accept: str) -> Answer:
        """(status, content type, body) for a path and the Accept header."""
        if path == "/metrics":
            encode, content_type = choose_encoder(accept)
            return 200, content_type, encode(self._registry)
        if path == "/healthz":
            now = self._monotonic()
            live = all(now - runner.last_moved <= self._deadline_s for runner in self._runners)
            return _state(live, b"live\n", b"a loop is stuck\n")
        if path == "/readyz":
            ready = all(runner.ready for runner in self._runners)
            return _state(
                ready, b"ready\n", b"not assigned or restored, or another program in a group\n"
            )
        return 404, TEXT, b"not found\n"


def _state(good: bool, yes: bytes, no: bytes) -> Answer:
    return (200, TEXT, yes) if good else (503, TEXT, no)
