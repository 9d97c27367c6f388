"""The rows of the operators' dashboard about the processes: partitions, state, clients."""

from grafana_foundation_sdk.builders import dashboard, timeseries

from monitoring.page import folded
from monitoring.panels import HERE, PER_SECOND, STAGES, graph

_OURS = f"and on (job, instance) stream_edits_build_info{{{HERE}}}"
_RATE = "[$__rate_interval]"
# Of `run --processes N`. Elsewhere there are none.
_OF_WORKERS = {
    "Restarts": {
        "workers started again": "sum (increase(stream_edits_worker_restarts_total"
        f"{{{HERE}}}{_RATE})) or vector(0)",
        "workers without a process": f"count (stream_edits_worker_up{{{HERE}}} == 0) or vector(0)",
    }
}


def partitions(page: dashboard.Dashboard) -> None:
    """Owned partitions, rebalances and restores."""
    folded(
        page,
        "Partitions",
        _lag(),
        graph(
            "Partitions of each process",
            "Together they must be all partitions of the topics.",
            "short",
            {
                "{{stage}} {{instance}}": "sum by (stage, instance) "
                f"(stream_edits_assigned_partitions{{{STAGES}}})"
            },
            beside=True,
            span=12,
        ),
        graph(
            "Rebalances",
            "Callbacks in the chosen step. Lost means that the session timed out: a process was "
            "too slow or disconnected.",
            "short",
            {
                "{{kind}}": "sum by (kind) "
                f"(increase(stream_edits_rebalances_total{{{STAGES}}}{_RATE}))"
            },
            beside=True,
            span=12,
        ),
        _restores(),
    )


def _restores() -> timeseries.Panel:
    return graph(
        "Restores",
        "Changelog records still to read, how fast they are read, and how long restores took. "
        "A partition decides nothing while it is restored.",
        "short",
        {
            "{{stage}} records ahead": "sum by (stage) "
            f"(stream_edits_restore_remaining_records{{{STAGES}}})",
            "{{stage}} seconds of finished ones": "sum by (stage) "
            f"(increase(stream_edits_restore_seconds_sum{{{STAGES}}}{_RATE}))",
            "{{stage}} records read a second": "sum by (stage) "
            f"(rate(stream_edits_restore_records_total{{{STAGES}}}{_RATE}))",
        },
        beside=True,
        span=24,
    )


def _lag() -> timeseries.Panel:
    return graph(
        "Lag by partition",
        "Records not committed yet. One partition far above the others has a hot key or a "
        "hanging transaction.",
        "short",
        {
            "{{stage}} {{partition}}": "max by (stage, partition) "
            f"(stream_edits_consumer_lag_records{{{STAGES}}})"
        },
        beside=True,
        span=24,
    )


def state(page: dashboard.Dashboard) -> None:
    """The size of the stages' state."""
    panels = [
        graph(
            f"{title} of state by partition",
            "What is kept about members and supervisors, until the retention drops it.",
            unit,
            {"{{stage}} {{partition}}": f"max by (stage, partition) ({metric}{{{STAGES}}})"},
            beside=True,
            span=12,
        )
        for title, unit, metric in (
            ("Entries", "short", "stream_edits_state_entries"),
            ("Bytes", "bytes", "stream_edits_state_bytes"),
        )
    ]
    largest = graph(
        "Largest key touched lately",
        "Claims of one member, or slots of one supervisor's day. Alert StreamEditsLargeKey.",
        "short",
        {"{{stage}}": f"max by (stage) (stream_edits_largest_key{{{STAGES}}})"},
        span=24,
    )
    folded(page, "State", *panels, largest)


def client(page: dashboard.Dashboard) -> None:
    """librdkafka's own statistics."""
    title = "Kafka clients (librdkafka, every 15 s)"
    folded(page, title, _brokers(), _round_trips(), _queues(), _connection_errors())


def _brokers() -> timeseries.Panel:
    return graph(
        "Brokers connected",
        "None for minutes: alert StreamEditsBrokersAway.",
        "short",
        {
            "{{stage}} {{client}}": "min by (stage, client) "
            f"(stream_edits_client_brokers_up{{{STAGES}}})",
            "group steady": f"min (stream_edits_group_steady{{{STAGES}}})",
        },
        beside=True,
        span=12,
    )


def _round_trips() -> timeseries.Panel:
    return graph(
        "Round trips",
        "Of the slowest broker. A fetch waits up to half a second for records, by design.",
        "s",
        {
            "{{client}} {{statistic}}": "max by (client, statistic) "
            f"(stream_edits_client_round_trip_seconds{{{STAGES}}})"
        },
        beside=True,
        span=12,
    )


def _queues() -> timeseries.Panel:
    return graph(
        "Queues",
        "Requests that wait to be sent or answered, and messages in the client.",
        "short",
        {
            "{{client}} {{waiting}}": "sum by (client, waiting) "
            f"(stream_edits_client_requests{{{STAGES}}})",
            "{{client}} messages": "sum by (client) "
            f"(stream_edits_client_queued_messages{{{STAGES}}})",
        },
        beside=True,
        span=12,
    )


def _connection_errors() -> timeseries.Panel:
    return graph(
        "Connection errors",
        "Failures to send or receive, requests without an answer, and connections that ended.",
        PER_SECOND,
        {
            "{{client}} {{kind}}": "sum by (client, kind) "
            f"(rate(stream_edits_client_errors_total{{{STAGES}}}{_RATE}))",
            "{{client}} disconnects": "sum by (client) "
            f"(rate(stream_edits_client_disconnects_total{{{STAGES}}}{_RATE}))",
            "statistics older than a minute": "sum (time() - "
            f"stream_edits_client_statistics_timestamp_seconds{{{STAGES}}} > bool 60)",
        },
        beside=True,
        span=12,
    )


def process(page: dashboard.Dashboard) -> None:
    """CPU, memory, open files and restarts of the processes."""
    panels = []
    for title, description, unit, expression in (
        (
            "CPU",
            "Cores used; one loop uses at most about one.",
            "short",
            "rate(process_cpu_seconds_total{_}[i])",
        ),
        ("Memory", "Resident; mostly state.", "bytes", "process_resident_memory_bytes{_}"),
        ("Open files", "Mostly connections to brokers.", "short", "process_open_fds{_}"),
        (
            "Restarts",
            "Starts within the last half hour.",
            "short",
            "changes(process_start_time_seconds{_}[30m])",
        ),
    ):
        chosen = expression.replace("{_}", f"{{{HERE}}}").replace("[i]", _RATE)
        queries = {"{{instance}}": f"{chosen} {_OURS}"} | _OF_WORKERS.get(title, {})
        panels.append(graph(title, description, unit, queries, span=12))
    folded(page, "Processes", *panels)
