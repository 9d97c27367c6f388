"""docs/metrics.md, written from the declarations."""

from __future__ import annotations

from typing import NamedTuple

from prometheus_client.metrics import MetricWrapperBase

from .declared import Metrics

_HEAD = """\
# Metrics

Written by `make generated` from `stream_edits/metrics/declared.py`; do not edit.

Served on `/metrics` (port 9464), in Prometheus' text format or OpenMetrics. Every counter of
a running stage is there from the start, at 0, so that its first increase is seen; gauges with the
label `partition` come and go with the partitions. No label ever holds a claim, a member, a visit or
a provider. What is counted of events, claims and decisions is counted after the commit: summed over
the processes it is what a reader of committed records finds, but for a process that dies between a
commit and the next scrape. Only `duplicates_total` counts an event again whose transaction was
aborted.

| Metric | Type | Labels | Meaning |
|---|---|---|---|
"""
_TAIL = """
The `client_` metrics and `group_steady` are librdkafka's own statistics: of a consumer and a
producer a stage, every 15 s unless `STREAM_EDITS_KAFKA__STATISTICS_INTERVAL_MS` says otherwise (0:
never).

Beside these, of the process as every Prometheus client names them: `process_cpu_seconds_total`,
`process_resident_memory_bytes`, `process_open_fds`, `process_start_time_seconds`,
`python_gc_collections_total`, `python_info` and their like.
"""


class Declared(NamedTuple):
    """One metric as it is declared; `name` as a query writes it, without a histogram's suffix."""

    name: str
    type: str
    help: str
    labels: tuple[str, ...]


def declared() -> list[Declared]:
    """Every metric of our own, in order of declaration."""
    return [
        Declared(
            metric._name + ("_total" if metric._type == "counter" else ""),
            metric._type or "",
            metric._documentation,
            tuple(metric._labelnames),
        )
        for metric in vars(Metrics()).values()
        if isinstance(metric, MetricWrapperBase)
    ]


def metrics_page() -> str:
    """The whole page."""
    rows = "".join(
        f"| `{each.name}` | {each.type} | {', '.join(f'`{x}`' for x in each.labels)} "
        f"| {each.help} |\n"
        for each in declared()
    )
    return _HEAD + rows + _TAIL
