"""`run`: the stages as a service, with metrics and health checks, until SIGTERM."""

import logging
import time
from collections.abc import Collection

from stream_edits.app.wiring import Stage, runners
from stream_edits.codec.errors import RegistryAway
from stream_edits.engine.group import run_together
from stream_edits.engine.health import HealthServer
from stream_edits.engine.runner import StageRunner
from stream_edits.logs import configure_logs
from stream_edits.metrics import Metrics
from stream_edits.settings import BadSetting, Settings

_REGISTRY_WAIT_S = 5.0
_LOG = logging.getLogger(__name__)


def run(settings: Settings, stages: Collection[Stage]) -> None:
    """Run until SIGTERM or SIGINT. Raises EngineStopped, PolicyError, BadSetting."""
    configure_logs(settings.log_format, settings.log_level)
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
    try:
        run_together(group)
    finally:
        server.close()


def _runners_once_the_registry_answers(
    settings: Settings, stages: Collection[Stage], metrics: Metrics
) -> list[StageRunner]:
    """An outage of the schema registry is waited out; whatever else is wrong is raised."""
    while True:
        try:
            return runners(settings, stages, metrics)
        except RegistryAway as away:
            fields = {"reason": str(away), "wait_s": _REGISTRY_WAIT_S}
            _LOG.warning("registry_away", extra={"event": "registry_away", "fields": fields})
            time.sleep(_REGISTRY_WAIT_S)
