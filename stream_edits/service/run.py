"""`run`: the stages as a service, with metrics and health checks, until SIGTERM."""

import gc
import logging
import signal
import sys
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
    # Until the stages run and hear it themselves: the first process of a container is not ended by
    # a SIGTERM that it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    metrics = Metrics()
    waiting = _Waiting()
    observed: list[Observed] = [waiting]
    server = _server(settings, metrics, observed)
    server.start()
    try:
        group = _runners_once_the_registry_answers(settings, stages, metrics, waiting)
        observed[:] = group
        spare_the_collector()
        _say(
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


class _Waiting:
    """What is observed before there are stages: alive while it asks again, and not ready."""

    ready = False

    def __init__(self) -> None:
        self.last_moved = time.monotonic()

    def asks_again(self) -> None:
        """It is about to try once more."""
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
    """Leave what exists now, which stays, out of garbage collection, and collect less often.

    A batch makes tens of thousands of short-lived objects and hardly a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def _runners_once_the_registry_answers(
    settings: Settings, stages: Collection[Stage], metrics: Metrics, waiting: _Waiting
) -> list[StageRunner]:
    """An outage of the schema registry is waited out; whatever else is wrong is raised."""
    while True:
        waiting.asks_again()
        try:
            return runners(settings, stages, metrics)
        except RegistryAway as away:
            _say(logging.WARNING, "registry_away", reason=str(away), wait_s=_REGISTRY_WAIT_S)
            time.sleep(_REGISTRY_WAIT_S)


def _say(level: int, name: str, **fields: object) -> None:
    _LOG.log(level, name, extra={"event": name, "fields": fields})
