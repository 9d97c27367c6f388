"""The dashboard of those who run the service."""

from grafana_foundation_sdk.builders import dashboard

from monitoring.panels import (
    DISPOSITIONS,
    HERE,
    STAGES,
    graph,
    new_dashboard,
    number,
    quantiles,
    variable,
)

_OURS = f"and on (job, instance) stream_edits_build_info{{{HERE}}}"
_RATE = "[$__rate_interval]"


def operations() -> dashboard.Dashboard:
    """Flow, age, lag, errors, transactions, partitions, state, clients, process."""
    page = new_dashboard(
        "stream-edits-operations",
        "stream-edits / operations",
        "Is it deciding, how far behind is it, and what is wrong.",
    ).with_variable(variable("stage", f"stream_edits_ready{{{HERE}}}"))
    for row in (_now, _flow, _age, _errors, _transactions, _partitions, _state, _client, _process):
        row(page)
    return page


def _now(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("Now"))
    page.with_panel(
        number(
            "Processes ready",
            "Processes of each stage that own their partitions and have their state. None for more "
            "than some minutes: alert StreamEditsNotReady.",
            "short",
            {"{{stage}}": f"sum by (stage) (stream_edits_ready{{{STAGES}}})"},
            decimals=0,
        )
    )
    page.with_panel(
        number(
            "Oldest undecided event",
            "Since the oldest event was published that is taken and not decided. Grows while a "
            "broker or the schema registry is away.",
            "s",
            {"{{stage}}": f"max by (stage) (stream_edits_oldest_event_age_seconds{{{STAGES}}})"},
            alarm=300,
        )
    )
    page.with_panel(
        number(
            "Lag",
            "Records that wait in the input topics.",
            "short",
            {"{{stage}}": f"sum by (stage) (stream_edits_consumer_lag_records{{{STAGES}}})"},
            alarm=10_000,
            decimals=0,
        )
    )
    page.with_panel(
        number(
            "Dead letters",
            "Records in the chosen time that were no claims. Any is worth a look.",
            "short",
            {
                "{{stage}}": "sum by (stage) (increase(stream_edits_events_total"
                f'{{{STAGES}, outcome="dead_letter"}}[$__range]))'
            },
            alarm=1,
            decimals=0,
        )
    )
    page.with_panel(
        number(
            "Since the last commit",
            "Long is only bad while records wait.",
            "s",
            {
                "{{stage}}": "time() - max by (stage) "
                f"(stream_edits_last_commit_timestamp_seconds{{{STAGES}}} > 0)"
            },
        )
    )
    page.with_panel(
        number(
            "Versions",
            "Software, policy and librdkafka of the running processes: one line unless a rollout "
            "is on its way.",
            "short",
            {
                "{{version}} policy {{policy}} librdkafka {{kafka_client}}": "count by (version, "
                f"policy, kafka_client) (stream_edits_build_info{{{HERE}}})"
            },
            words=True,
        )
    )


def _flow(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("Flow"))
    page.with_panel(
        graph(
            "Events",
            "Input events committed by each stage; dead letters are among them.",
            "cps",
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_events_total{{{STAGES}}}{_RATE}))"
            },
        )
    )
    page.with_panel(
        graph(
            "Claims leaving a stage",
            "Decided, sent on to the next stage or supervisor, or reopened because time came free.",
            "cps",
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_claims_total{{{STAGES}}}{_RATE}))"
            },
        )
    )
    page.with_panel(
        graph(
            "Decisions",
            "Published decisions; revisions count again.",
            "cps",
            {
                "{{disposition}}": "sum by (disposition) "
                f"(rate(stream_edits_decisions_total{{{HERE}}}{_RATE}))",
                "of these revisions": f"sum (rate(stream_edits_revisions_total{{{HERE}}}{_RATE}))",
                "events seen before": f"sum (rate(stream_edits_duplicates_total{{{HERE}}}{_RATE}))",
            },
            colors=DISPOSITIONS,
        )
    )


def _age(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("Age and lag"))
    page.with_panel(
        graph(
            "Age of events at their commit",
            "From the record's timestamp in the stage's input to the commit, of the oldest event "
            "of each transaction.",
            "s",
            quantiles("stream_edits_event_age_seconds", (0.5, 0.99)),
        )
    )
    page.with_panel(
        graph(
            "Oldest undecided event",
            "Computed at each scrape, also while the loop stands. Above the line it alerts: "
            "StreamEditsStalled.",
            "s",
            {"{{stage}}": f"max by (stage) (stream_edits_oldest_event_age_seconds{{{STAGES}}})"},
            alarm=300,
        )
    )
    page.with_panel(
        graph(
            "Lag by partition",
            "Records not committed yet. One partition far above the others is a hot key, or a "
            "transaction that hangs on it.",
            "short",
            {
                "{{stage}} {{partition}}": "max by (stage, partition) "
                f"(stream_edits_consumer_lag_records{{{STAGES}}})"
            },
        )
    )


def _errors(page: dashboard.Dashboard) -> None:
    dead = f'stream_edits_events_total{{{STAGES}, outcome="dead_letter"}}'
    page.with_row(dashboard.Row("Errors"))
    page.with_panel(
        graph(
            "Dead letters by class",
            "Records that no stage can read; the dead-letter topic has them as they were.",
            "cps",
            {
                "{{error_class}}": "sum by (error_class) "
                f"(rate(stream_edits_dead_letters_total{{{STAGES}}}{_RATE}))"
            },
        )
    )
    page.with_panel(
        graph(
            "Dead letters per event",
            "At the line it alerts; at breaker_share (0.2 unless set) a stage stops.",
            "percentunit",
            {
                "{{stage}}": f"sum by (stage) (rate({dead}{_RATE})) / (sum by (stage) "
                f"(rate(stream_edits_events_total{{{STAGES}}}{_RATE})) > 0)"
            },
            alarm=0.01,
        )
    )
    page.with_panel(
        graph(
            "Retries and aborts",
            "Calls tried again while a broker is away, events while the registry is, and aborted "
            "transactions by the client's error.",
            "cps",
            {
                "{{stage}} {{reason}}": "sum by (stage, reason) "
                f"(rate(stream_edits_retries_total{{{STAGES}}}{_RATE}))",
                "abort {{reason}}": "sum by (reason) "
                f"(rate(stream_edits_aborts_total{{{STAGES}}}{_RATE}))",
            },
        )
    )


def _transactions(page: dashboard.Dashboard) -> None:
    size = "stream_edits_transaction_events"
    page.with_row(dashboard.Row("Transactions"))
    page.with_panel(
        graph(
            "Transactions",
            "Aborted ones are tried again; they cost time and lose nothing.",
            "cps",
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_transactions_total{{{STAGES}}}{_RATE}))"
            },
        )
    )
    page.with_panel(
        graph(
            "Duration",
            "From begin to the end of commit or abort: mostly the brokers' acknowledgements.",
            "s",
            quantiles("stream_edits_transaction_seconds", (0.5, 0.99)),
        )
    )
    page.with_panel(
        graph(
            "Events in a transaction",
            "Near batch_size under load, few when idle.",
            "short",
            {
                "{{stage}}": f"sum by (stage) (rate({size}_sum{{{STAGES}}}{_RATE})) / "
                f"(sum by (stage) (rate({size}_count{{{STAGES}}}{_RATE})) > 0)"
            },
        )
    )


def _partitions(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("Partitions"))
    page.with_panel(
        graph(
            "Partitions of each process",
            "Together they must be all partitions of the topics.",
            "short",
            {
                "{{stage}} {{instance}}": "sum by (stage, instance) "
                f"(stream_edits_assigned_partitions{{{STAGES}}})"
            },
        )
    )
    page.with_panel(
        graph(
            "Rebalances",
            "Callbacks in the chosen step. Lost means the session ran out: a process was too slow "
            "or cut off.",
            "short",
            {
                "{{stage}} {{kind}}": "sum by (stage, kind) "
                f"(increase(stream_edits_rebalances_total{{{STAGES}}}{_RATE}))"
            },
        )
    )
    page.with_panel(
        graph(
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
        )
    )


def _state(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("State"))
    for title, unit, metric in (
        ("Entries", "short", "stream_edits_state_entries"),
        ("Bytes", "bytes", "stream_edits_state_bytes"),
    ):
        page.with_panel(
            graph(
                f"{title} of state by partition",
                "What is remembered of members and supervisors, until the retention lets it go.",
                unit,
                {
                    "{{stage}} {{partition}}": f"max by (stage, partition) ({metric}{{{STAGES}}})",
                },
                span=12,
            )
        )


def _client(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("Kafka clients (librdkafka, every 15 s)"))
    page.with_panel(
        graph(
            "Brokers connected",
            "None for minutes: alert StreamEditsBrokersAway.",
            "short",
            {
                "{{stage}} {{client}}": "min by (stage, client) "
                f"(stream_edits_client_brokers_up{{{STAGES}}})",
                "{{stage}} group steady": f"min by (stage) (stream_edits_group_steady{{{STAGES}}})",
            },
            span=6,
        )
    )
    page.with_panel(
        graph(
            "Round trips",
            "Of the slowest broker. A fetch waits up to half a second for records by design.",
            "s",
            {
                "{{stage}} {{client}} {{statistic}}": "max by (stage, client, statistic) "
                f"(stream_edits_client_round_trip_seconds{{{STAGES}}})"
            },
            span=6,
        )
    )
    page.with_panel(
        graph(
            "Queues",
            "Requests that wait to be sent or answered, and messages in the client.",
            "short",
            {
                "{{stage}} {{client}} {{waiting}}": "sum by (stage, client, waiting) "
                f"(stream_edits_client_requests{{{STAGES}}})",
                "{{stage}} {{client}} messages": "sum by (stage, client) "
                f"(stream_edits_client_queued_messages{{{STAGES}}})",
            },
            span=6,
        )
    )
    page.with_panel(
        graph(
            "Connection errors",
            "Failures to send or receive, requests without an answer, and connections that ended.",
            "cps",
            {
                "{{stage}} {{client}} {{kind}}": "sum by (stage, client, kind) "
                f"(rate(stream_edits_client_errors_total{{{STAGES}}}{_RATE}))",
                "{{stage}} {{client}} disconnects": "sum by (stage, client) "
                f"(rate(stream_edits_client_disconnects_total{{{STAGES}}}{_RATE}))",
                "statistics older than a minute": "sum (time() - "
                f"stream_edits_client_statistics_timestamp_seconds{{{STAGES}}} > bool 60)",
            },
            span=6,
        )
    )


def _process(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("Processes"))
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
        page.with_panel(
            graph(title, description, unit, {"{{instance}}": f"{chosen} {_OURS}"}, span=6)
        )
