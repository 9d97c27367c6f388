"""`run`: the stages as a service, with metrics and health checks, until SIGTERM."""

import os
import signal
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from stream_edits import ENGINE_VERSION, collector
from stream_edits.app.wiring import Stage, runners
from stream_edits.codec.errors import RegistryAway
from stream_edits.engine import log
from stream_edits.engine.group import run_together
from stream_edits.engine.runner import StageRunner
from stream_edits.logs import configure_logs
from stream_edits.metrics import Metrics, WorkerMetrics
from stream_edits.service.combined_endpoint import GatheringServer
from stream_edits.service.health import HealthServer, Observed, deadline_s
from stream_edits.service.watchdog import Watchdog
from stream_edits.service.workers import Workers, command_of_a_worker, tell_port
from stream_edits.settings import BadSetting, Settings

_REGISTRY_WAIT_S = 5.0


def run_stages(
    settings: Settings, stages: Collection[Stage], worker_socket: int | None = None
) -> None:
    """Run until SIGTERM or SIGINT. Raises EngineStopped, PolicyError, BadSetting.

    `worker_socket` is the descriptor by which a worker is connected to the process that started it.
    """
    worker = None if worker_socket is None else settings.instance
    configure_logs(settings.log_format, settings.log_level, worker=worker)
    metrics = Metrics()
    startup = _Startup()
    observed: list[Observed] = [startup]
    server = _server(settings, metrics, observed)
    server.start()
    if worker_socket is not None:
        tell_port(worker_socket, server.port, lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        group = _runners_once_the_registry_answers(settings, stages, metrics, startup)
        observed[:] = group
        collector.spare()
        log.info(
            "started",
            version=ENGINE_VERSION,
            stages=" ".join(runner.config.stage for runner in group),
            host=settings.http_host,
            port=server.port,
        )
        run_together(group)
    finally:
        server.close()


def run_workers(settings: Settings, count: int, arguments: Sequence[str]) -> int:
    """Run `count` workers until SIGTERM or SIGINT; `arguments` is the command line of each.

    Their numbers follow each other from `instance` times `count` on, so that several machines with
    the same `count` share none. Returns the exit code. Raises BadSetting.
    """
    configure_logs(settings.log_format, settings.log_level)
    first = settings.instance * count
    registry = CollectorRegistry()
    command, instances = command_of_a_worker(arguments), range(first, first + count)
    workers = Workers(command, instances, WorkerMetrics(registry))
    with _bad_address(settings):
        host, port = settings.http_host, settings.http_port
        server = GatheringServer(host, port, registry, workers.all)
    watchdog = Watchdog(workers.all)
    server.start()
    watchdog.start()
    log.info("workers_started", count=count, host=host, port=server.port)
    try:
        return workers.run({**os.environ, **_unless_given(settings)})
    finally:
        watchdog.close()
        server.close()


def _unless_given(settings: Settings) -> dict[str, str]:
    """Settings of workers that have another default than those of a single process.

    A worker that dies comes back at once. A dynamic member would then make the others wait, without
    partitions, until the session of the dead one ends.
    """
    if "static_membership" in settings.model_fields_set:
        return {}
    return {"STREAM_EDITS_STATIC_MEMBERSHIP": "true"}


class _Startup:
    """What the health checks see before the stages exist: alive while it retries, not ready."""

    ready = False

    def __init__(self) -> None:
        self.last_moved = time.monotonic()

    def retrying(self) -> None:
        """The next attempt begins."""
        self.last_moved = time.monotonic()


def _server(settings: Settings, metrics: Metrics, observed: Sequence[Observed]) -> HealthServer:
    with _bad_address(settings):
        host, port = settings.http_host, settings.http_port
        deadline = deadline_s(settings.transaction_timeout_ms)
        return HealthServer(host, port, metrics.registry, observed, deadline)


@contextmanager
def _bad_address(settings: Settings) -> Iterator[None]:
    try:
        settings.http_host.encode("idna")
    except UnicodeError:
        raise BadSetting(f"http_host: {settings.http_host} is not the name of a host") from None
    try:
        yield
    except OSError as error:
        address = f"{settings.http_host}:{settings.http_port}"
        raise BadSetting(
            f"http_host, http_port: cannot listen on {address}: {error.strerror}"
        ) from None


def _runners_once_the_registry_answers(
    settings: Settings, stages: Collection[Stage], metrics: Metrics, startup: _Startup
) -> list[StageRunner]:
    """Retry while the schema registry is down; every other error is raised."""
    while True:
        startup.retrying()
        try:
            return runners(settings, stages, metrics)
        except RegistryAway as away:
            log.warning("registry_away", reason=str(away), wait_s=_REGISTRY_WAIT_S)
            time.sleep(_REGISTRY_WAIT_S)
