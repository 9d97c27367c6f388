"""`run`: the stages as a service, with metrics and health checks, until SIGTERM."""

import gc
import logging
import time
from collections.abc import Collection, Sequence

from stream_edits import ENGINE_VERSION
from stream_edits.app.wiring import Stage, runners
from stream_edits.codec.errors import RegistryAway
from stream_edits.engine.group import run_together
from stream_edits.engine.runner import StageRunner
from stream_edits.logs import configure_logs
from stream_edits.metrics import Metrics
from stream_edits.service.health import HealthServer, Observed
from stream_edits.settings import BadSetting, Settings

_REGISTRY_WAIT_S = 5.0
_COLLECT_AFTER = 10_000
_LOG = logging.getLogger(__name__)


def run_stages(settings: Settings, stages: Collection[Stage]) -> None:
    """Run until SIGTERM or SIGINT. Raises EngineStopped, PolicyError, BadSetting."""
    configure_logs(settings.log_format, settings.log_level)
    metrics = Metrics()
    startup = _Startup()
    observed: list[Observed] = [startup]
    server = _server(settings, metrics, observed)
    server.start()
    try:
        group = _runners_once_the_registry_answers(settings, stages, metrics, startup)
        observed[:] = group
        spare_the_collector()
        _log_event(
            logging.INFO,
            "started",
            version=ENGINE_VERSION,
            stages=" ".join(runner.config.stage for runner in group),
            host=settings.http_host,
            port=server.port,
        )
        run_together(group)
    finally:
        server.close()


class _Startup:
    """What the health checks see before the stages exist: alive while it retries, not ready."""

    ready = False

    def __init__(self) -> None:
        self.last_moved = time.monotonic()

    def retrying(self) -> None:
        """The next attempt begins."""
        self.last_moved = time.monotonic()


def _server(settings: Settings, metrics: Metrics, observed: Sequence[Observed]) -> HealthServer:
    host, port = settings.http_host, settings.http_port
    try:
        return HealthServer(host, port, metrics.registry, observed)
    except OSError as error:
        raise BadSetting(
            f"http_host, http_port: cannot listen on {host}:{port}: {error.strerror}"
        ) from None


def spare_the_collector() -> None:
    """Exclude the objects made so far, which stay, from garbage collection; collect less often.

    A batch makes tens of thousands of short-lived objects and almost no cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def _runners_once_the_registry_answers(
    settings: Settings, stages: Collection[Stage], metrics: Metrics, startup: _Startup
) -> list[StageRunner]:
    """Retry while the schema registry is down; every other error is raised."""
    while True:
        startup.retrying()
        try:
            return runners(settings, stages, metrics)
        except RegistryAway as away:
            _log_event(logging.WARNING, "registry_away", reason=str(away), wait_s=_REGISTRY_WAIT_S)
            time.sleep(_REGISTRY_WAIT_S)


def _log_event(level: int, name: str, **fields: object) -> None:
    _LOG.log(level, name, extra={"event": name, "fields": fields})
