"""`run`: the stages as a service, with metrics and health checks, until SIGTERM."""

import gc
import logging
import signal
import sys
import time
from collections.abc import Collection

from stream_edits import ENGINE_VERSION
from stream_edits.app.wiring import Stage, runners
from stream_edits.codec.errors import RegistryAway
from stream_edits.engine.group import run_together
from stream_edits.engine.health import HealthServer
from stream_edits.engine.runner import StageRunner
from stream_edits.logs import configure_logs
from stream_edits.metrics import Metrics
from stream_edits.settings import BadSetting, Settings

_REGISTRY_WAIT_S = 5.0
_COLLECT_AFTER = 10_000
_LOG = logging.getLogger(__name__)


def run(settings: Settings, stages: Collection[Stage]) -> None:
    """Run until SIGTERM or SIGINT. Raises EngineStopped, PolicyError, BadSetting."""
    configure_logs(settings.log_format, settings.log_level)
    # Until the stages run and hear it themselves: the first process of a container is not ended by
    # a SIGTERM that it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    metrics = Metrics()
    group = _runners_once_the_registry_answers(settings, stages, metrics)
    try:
        server = HealthServer(settings.http_host, settings.http_port, metrics.registry, group)
    except OSError as error:
        raise BadSetting(
            f"http_host, http_port: cannot listen on {settings.http_host}:{settings.http_port}: "
            f"{error.strerror}"
        ) from None
    server.start()
    spare_the_collector()
    _say(
        logging.INFO,
        "started",
        version=ENGINE_VERSION,
        stages=" ".join(runner.config.stage for runner in group),
        host=settings.http_host,
        port=server.port,
    )
    try:
        run_together(group)
    finally:
        server.close()


def spare_the_collector() -> None:
    """Leave what exists now, which stays, out of garbage collection, and collect less often.

    A batch makes tens of thousands of short-lived objects and hardly a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def _runners_once_the_registry_answers(
    settings: Settings, stages: Collection[Stage], metrics: Metrics
) -> list[StageRunner]:
    """An outage of the schema registry is waited out; whatever else is wrong is raised."""
    while True:
        try:
            return runners(settings, stages, metrics)
        except RegistryAway as away:
            _say(logging.WARNING, "registry_away", reason=str(away), wait_s=_REGISTRY_WAIT_S)
            time.sleep(_REGISTRY_WAIT_S)


def _say(level: int, name: str, **fields: object) -> None:
    _LOG.log(level, name, extra={"event": name, "fields": fields})
