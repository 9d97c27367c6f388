"""docs/metrics.md, generated from the declarations."""

from __future__ import annotations

from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from .declared import Metrics
from .workers import WorkerMetrics

_HEAD = """\
# Metrics

Written by `make generated` from the declarations in `stream_edits/metrics/`; do not edit.

Served on `/metrics` (port 9464), in Prometheus' text format or OpenMetrics. Every counter of a
running stage exists from the start, at 0, so that its first increase is seen. Gauges with the label
`partition` come and go with the partitions. No label ever holds a claim, a member, an encounter or
a provider.

Events, claims and decisions are counted after the commit. Summed over the processes, the counts are
those of a reader of committed records, except when a process dies between a commit and the next
scrape. Only `duplicates_total` and `reviews_total` count an event twice when its transaction was
aborted.

| Metric | Type | Labels | Meaning |
|---|---|---|---|
"""
_TAIL = """
The `client_` metrics and `group_steady` are librdkafka's own statistics, for the consumer and the
producer of each stage. They arrive every 15 s unless
`STREAM_EDITS_KAFKA__STATISTICS_INTERVAL_MS` says otherwise (0: never).

The process metrics of every Prometheus client are there as well: `process_cpu_seconds_total`,
`process_resident_memory_bytes`, `process_open_fds`, `process_start_time_seconds`,
`python_gc_collections_total`, `python_info` and others.
"""


class DeclaredMetric(NamedTuple):
    """One declared metric. `name` is that of queries, for a histogram without its suffix."""

    name: str
    type: str
    help: str
    labels: tuple[str, ...]


def declared() -> list[DeclaredMetric]:
    """Every metric of `Metrics` and `WorkerMetrics`, in order of declaration."""
    holders = (Metrics(), WorkerMetrics(CollectorRegistry()))
    return [
        DeclaredMetric(
            metric._name + ("_total" if metric._type == "counter" else ""),
            metric._type or "",
            metric._documentation,
            tuple(metric._labelnames),
        )
        for holder in holders
        for metric in vars(holder).values()
        if isinstance(metric, MetricWrapperBase)
    ]


def metrics_page() -> str:
    """The text of docs/metrics.md."""
    rows = "".join(
        f"| `{each.name}` | {each.type} | {', '.join(f'`{x}`' for x in each.labels)} "
        f"| {each.help} |\n"
        for each in declared()
    )
    return _HEAD + rows + _TAIL
