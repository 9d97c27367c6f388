"""The metrics of a process that runs workers (`run --processes N`), beside those of the workers."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class WorkerMetrics:
    """Both metrics, registered in `registry`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.up = Gauge(
            "stream_edits_worker_up",
            "1 while the worker of `run --processes` has a process.",
            ["worker"],
            registry=registry,
        )
        self.restarts = Counter(
            "stream_edits_worker_restarts",
            "Times that a worker of `run --processes` was started again because it had ended.",
            ["worker"],
            registry=registry,
        )
