"""`run`: the stages as a service, with metrics and health checks, until SIGTERM."""

from collections.abc import Collection

from stream_edits.app.wiring import Stage, runners
from stream_edits.engine.group import run_together
from stream_edits.engine.health import HealthServer
from stream_edits.logs import configure_logs
from stream_edits.metrics import Metrics
from stream_edits.settings import BadSetting, Settings


def run(settings: Settings, stages: Collection[Stage]) -> None:
    """Run until SIGTERM or SIGINT. Raises EngineStopped, PolicyError, BadSetting."""
    configure_logs(settings.log_format, settings.log_level)
    metrics = Metrics()
    group = runners(settings, stages, metrics)
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
