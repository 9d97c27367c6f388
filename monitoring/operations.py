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
from monitoring.processes import client, partitions, process, state

_OURS = f"and on (job, instance) stream_edits_build_info{{{HERE}}}"
_RATE = "[$__rate_interval]"


def operations() -> dashboard.Dashboard:
    """Flow, age, lag, errors, transactions, partitions, state, clients, process."""
    page = new_dashboard(
        "stream-edits-operations",
        "stream-edits / operations",
        "Is it deciding, how far behind is it, and what is wrong.",
    ).with_variable(variable("stage", f"stream_edits_ready{{{HERE}}}"))
    for row in (_now, _flow, _age, _errors, _transactions, partitions, state, client, process):
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
