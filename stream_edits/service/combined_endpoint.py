"""/metrics, /healthz and /readyz of a process with workers: what the workers answer, together."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from stream_edits.service.endpoint import TEXT, Answer, AnsweringServer
from stream_edits.service.workers import Worker

_ANSWER_S = 4.0
_OPENMETRICS = "application/openmetrics-text; version=1.0.0"
LABEL = "worker"


class WorkerAnswer(NamedTuple):
    """What one worker answers: its status, 0 without an answer, and the text.

    `starting` is true while a worker cannot answer: it has ended, or has not told its port yet.
    """

    instance: int
    status: int
    text: str
    starting: bool = False

    @property
    def is_stuck(self) -> bool:
        """True if a worker says so itself, or runs and does not answer (it is frozen)."""
        return self.status != 200 and not self.starting


class GatheringServer(AnsweringServer):
    """Serves the three paths of a single process for all workers.

    /metrics has every series of every worker, with the worker's number in the label `worker`, and
    the metrics of `registry`. /healthz fails while a worker that runs is stuck; one that is being
    started again does not fail it. /readyz fails until every worker is ready.
    """

    def __init__(
        self, host: str, port: int, registry: CollectorRegistry, workers: Sequence[Worker]
    ) -> None:
        """Bind the port. Raises OSError if it is taken. Port 0 takes a free one."""
        self._own = registry
        self._workers = workers
        self._pool = ThreadPoolExecutor(max(1, len(workers)), "ask-worker")
        super().__init__(host, port)

    def close(self) -> None:
        """Stop serving and free the port."""
        super().close()
        self._pool.shutdown(wait=False)

    def answer(self, path: str, accept: str) -> Answer:
        """(status, content type, body) for a path and the Accept header."""
        if path == "/metrics":
            return self._metrics(accept)
        if path == "/healthz":
            bad = [each for each in self._ask("/healthz") if each.is_stuck]
            return _state(bad, "live", "stuck: worker")
        if path == "/readyz":
            bad = [each for each in self._ask("/readyz") if each.status != 200]
            return _state(bad, "ready", "not ready: worker")
        return 404, TEXT, b"not found\n"

    def _metrics(self, accept: str) -> Answer:
        together = CollectorRegistry()
        together.register(_Families([*self._ask("/metrics")], self._own))
        encode, content_type = choose_encoder(accept)
        return 200, content_type, encode(together)

    def _ask(self, path: str) -> Iterator[WorkerAnswer]:
        return self._pool.map(lambda worker: answer_of(worker, path), self._workers)


class _Families:
    """A collector: each metric once, with the samples of all workers."""

    def __init__(self, answers: Sequence[WorkerAnswer], own: CollectorRegistry) -> None:
        self._answers = answers
        self._own = own

    def collect(self) -> Iterator[Metric]:
        """Every metric with its samples."""
        families: dict[str, Metric] = {metric.name: metric for metric in self._own.collect()}
        for worker in self._answers:
            if worker.status != 200:
                continue
            for family in text_string_to_metric_families(worker.text):  # type: ignore[no-untyped-call]
                metric = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type, family.unit)
                )
                metric.samples += [
                    sample._replace(labels={**sample.labels, LABEL: str(worker.instance)})
                    for sample in family.samples
                ]
        yield from families.values()


def answer_of(worker: Worker, path: str) -> WorkerAnswer:
    """What a worker answers to a path. Waits for four seconds at most."""
    # Read once: the worker may end at any moment.
    port = worker.port
    if port is None:
        return WorkerAnswer(worker.instance, 0, "", starting=not worker.is_late)
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Accept": _OPENMETRICS}
    )
    try:
        with _opener.open(asked, timeout=_ANSWER_S) as answer:
            return WorkerAnswer(worker.instance, answer.status, answer.read().decode())
    except urllib.error.HTTPError as refused:
        with refused:
            return WorkerAnswer(worker.instance, refused.code, "")
    except (OSError, HTTPException):
        # HTTPException: the worker ended in the middle of its answer.
        return WorkerAnswer(worker.instance, 0, "", starting=not worker.running)


# Not through a proxy that the environment names.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _state(bad: Sequence[WorkerAnswer], yes: str, no: str) -> Answer:
    if not bad:
        return 200, TEXT, f"{yes}\n".encode()
    numbers = " ".join(str(each.instance) for each in bad)
    return 503, TEXT, f"{no} {numbers}\n".encode()
