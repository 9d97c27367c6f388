"""Kills a worker of `run --processes` that no longer answers, so that it is started again.

On Kubernetes the liveness probe does this for a pod. Elsewhere nobody may look for days.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from stream_edits.engine import log
from stream_edits.service.combined_endpoint import answer_of
from stream_edits.service.workers import Worker

# As the chart's liveness probe: a minute without a good answer.
_EVERY_S, _FAILURES = 15.0, 4


class Watchdog:
    """Asks each worker for /healthz, in a thread of its own."""

    def __init__(
        self, workers: Sequence[Worker], every_s: float = _EVERY_S, failures: int = _FAILURES
    ) -> None:
        """A worker is killed after so many failures in a row, `every_s` seconds apart."""
        self._workers = workers
        self._every_s = every_s
        self._most = failures
        # The process that failed, and how often in a row, by the worker's number.
        self._failed: dict[int, tuple[int | None, int]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def close(self) -> None:
        """Stop asking."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            for worker in self._workers:
                self._look_at(worker)

    def _look_at(self, worker: Worker) -> None:
        pid = worker.pid
        if not answer_of(worker, "/healthz").is_stuck:
            self._failed.pop(worker.instance, None)
            return
        before, failures = self._failed.get(worker.instance, (pid, 0))
        failures = failures + 1 if before == pid else 1
        self._failed[worker.instance] = pid, failures
        if failures >= self._most and worker.kill(pid):
            # It cannot be asked to end. An open transaction is ended by the next process.
            log.warning("worker_killed", instance=worker.instance)
            del self._failed[worker.instance]
