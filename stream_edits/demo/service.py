"""Runs the stages on an embedded Kafka in this process."""

import logging
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from stream_edits.app.topic_specs import topic_specs
from stream_edits.app.wiring import Stage, runners
from stream_edits.engine.group import run_together
from stream_edits.engine.runner import StageRunner
from stream_edits.logs import configure_logs
from stream_edits.metrics import Metrics
from stream_edits.mock_cluster import MockCluster
from stream_edits.service.health import HealthServer
from stream_edits.settings import Settings

_HOST = "127.0.0.1"


def create_topics(kafka: MockCluster, settings: Settings) -> None:
    """Create every topic of the settings."""
    for spec in topic_specs(settings):
        kafka.create_topic(spec.name)


class Service:
    """The stages and their /metrics endpoint. They run within the `with` block."""

    def __init__(self, settings: Settings) -> None:
        self.metrics = Metrics()
        self._runners = runners(settings, list(Stage), self.metrics)
        self._server = _server(settings.http_port, self)
        self._thread = threading.Thread(target=self._run, name="stages")
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._server.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for runner in self._runners:
            runner.stop()
        self._thread.join()
        self.dismiss()

    def dismiss(self) -> None:
        """Close the HTTP server."""
        self._server.close()

    @property
    def runners(self) -> list[StageRunner]:
        """The runners of the stages."""
        return self._runners

    @property
    def address(self) -> str:
        """The base URL of /metrics, /healthz and /readyz."""
        return f"http://{_HOST}:{self._server.port}"

    @property
    def ready(self) -> bool:
        """Whether every stage is assigned and restored. Raises the error that stopped one."""
        self.check()
        return all(runner.ready for runner in self._runners)

    def check(self) -> None:
        """Raise the error that stopped the stages, if any."""
        if self._failure is not None:
            raise self._failure

    def events(self, stage: Stage) -> int:
        """The number of events that a stage has committed, including dead letters."""
        return sum(
            int(
                self.metrics.registry.get_sample_value(
                    "stream_edits_events_total", {"stage": stage.value, "outcome": outcome}
                )
                or 0
            )
            for outcome in ("stepped", "dead_letter")
        )

    def _run(self) -> None:
        try:
            run_together(self._runners, handle_signals=False)
        except BaseException as failure:
            self._failure = failure


def _server(port: int, service: Service) -> HealthServer:
    """A server on ``port``, or on a free port if that is in use. Raises OSError."""
    for each in (port, 0):
        try:
            return HealthServer(_HOST, each, service.metrics.registry, service.runners)
        except OSError:
            continue
    raise OSError("no free port on this machine")


@contextmanager
def logs_in_a_file() -> Iterator[Path]:
    """Send log lines to a temporary file within the block, apart from the demo's output."""
    root = logging.getLogger()
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    handlers, level = root.handlers[:], root.level
    with tempfile.TemporaryDirectory(prefix="stream-edits-demo-") as folder:
        path = Path(folder) / "demo.log"
        with path.open("w", encoding="utf-8", buffering=1) as file:
            configure_logs("console", "INFO", file)
            try:
                yield path
            finally:
                for handler in root.handlers[:]:
                    root.removeHandler(handler)
                for handler in handlers:
                    root.addHandler(handler)
                root.setLevel(level)
                logging.captureWarnings(False)
                sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
