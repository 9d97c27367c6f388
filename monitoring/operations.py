"""The operators' dashboard."""

from grafana_foundation_sdk.builders import bargauge, dashboard, timeseries

from monitoring.now import now
from monitoring.page import folded, new_dashboard, row, variable
from monitoring.panels import (
    COUNT,
    DISPOSITIONS,
    HERE,
    PER_SECOND,
    STAGES,
    bars,
    graph,
    quantile,
    quantiles,
)
from monitoring.processes import client, partitions, process, state

_RATE = "[$__rate_interval]"


def operations() -> dashboard.Dashboard:
    """Three open rows that say whether it is well, what is slow and what is wrong; more below."""
    page = new_dashboard(
        "stream-edits-operations",
        "stream-edits / operations",
        "Whether it decides, how far it is behind, and what is wrong.",
        since="now-3h",
        refresh="30s",
    ).with_variable(variable("stage", f"stream_edits_ready{{{HERE}}}"))
    for add_row in (now, _slow, _wrong, _flow, _transactions, partitions, state, client, process):
        add_row(page)
    return page


def _flow(page: dashboard.Dashboard) -> None:
    folded(
        page,
        "Flow",
        graph(
            "Events",
            "Input events committed by each stage; dead letters are among them.",
            PER_SECOND,
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_events_total{{{STAGES}}}{_RATE}))"
            },
            beside=True,
            span=12,
        ),
        graph(
            "Claims leaving a stage",
            "Decided, sent to the next stage or supervisor, or reopened because time became free.",
            PER_SECOND,
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_claims_total{{{STAGES}}}{_RATE}))"
            },
            beside=True,
            span=12,
        ),
        _decisions(),
        graph(
            "Age of events at their commit, median",
            "Far below the 99th percentile: a few events waited. Near it: all of them did.",
            "s",
            quantile("stream_edits_event_age_seconds", 0.5),
            span=12,
        ),
    )


def _decisions() -> timeseries.Panel:
    return graph(
        "Decisions",
        "Published decisions; revisions count again.",
        PER_SECOND,
        {
            "{{disposition}}": "sum by (disposition) "
            f"(rate(stream_edits_decisions_total{{{HERE}}}{_RATE}))",
            "of these revisions": f"sum (rate(stream_edits_revisions_total{{{HERE}}}{_RATE}))",
            "events seen before": f"sum (rate(stream_edits_duplicates_total{{{HERE}}}{_RATE}))",
        },
        colors=DISPOSITIONS,
        span=12,
    )


def _slow(page: dashboard.Dashboard) -> None:
    row(
        page,
        "What is slow?",
        graph(
            "Age of events at their commit, p99",
            "From the record's timestamp in the stage's input to the commit, of the oldest event "
            "of each transaction: the 99th percentile. The row Flow has the median.",
            "s",
            quantile("stream_edits_event_age_seconds", 0.99),
        ),
        graph(
            "Oldest undecided event over time",
            "Computed at each scrape, even while the loop is blocked. Above the line: alert "
            "StreamEditsStalled.",
            "s",
            {"{{stage}}": f"max by (stage) (stream_edits_oldest_event_age_seconds{{{STAGES}}})"},
            alarm=300,
        ),
        graph(
            "Records waiting over time",
            "The lag by stage. The row Partitions shows them by partition.",
            "short",
            {"{{stage}}": f"sum by (stage) (stream_edits_consumer_lag_records{{{STAGES}}})"},
        ),
    )


def _wrong(page: dashboard.Dashboard) -> None:
    dead = f'stream_edits_events_total{{{STAGES}, outcome="dead_letter"}}'
    row(
        page,
        "What is wrong?",
        _dead_letters(),
        graph(
            "Dead letters per input event",
            "Alerts at the line; at breaker_share (default 0.2) a stage stops.",
            "percentunit",
            {
                "{{stage}}": f"sum by (stage) (rate({dead}{_RATE})) / (sum by (stage) "
                f"(rate(stream_edits_events_total{{{STAGES}}}{_RATE})) > 0)"
            },
            alarm=0.01,
            height=10,
        ),
        graph(
            "Retries and aborts",
            "Calls retried while a broker is away (client), events retried while the registry is "
            "away (try_again), and aborted transactions. The row Transactions has their reasons.",
            PER_SECOND,
            {
                "retry: {{reason}}": "sum by (reason) "
                f"(rate(stream_edits_retries_total{{{STAGES}}}{_RATE}))",
                "aborted": f"sum (rate(stream_edits_aborts_total{{{STAGES}}}{_RATE}))",
            },
            height=10,
        ),
    )


def _dead_letters() -> bargauge.Panel:
    return bars(
        "Dead letters by class",
        "Records in the chosen time that no stage could process; the dead-letter topic holds "
        "them unchanged.",
        COUNT,
        {
            "{{error_class}}": "sort_desc(topk(8, sum by (error_class) "
            f"(increase(stream_edits_dead_letters_total{{{STAGES}}}[$__range])) > 0))"
        },
        color="red",
        span=8,
    ).no_value("none")


def _transactions(page: dashboard.Dashboard) -> None:
    size = "stream_edits_transaction_events"
    folded(
        page,
        "Transactions",
        graph(
            "Transactions",
            "Aborted ones are repeated; they cost time and lose nothing.",
            PER_SECOND,
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_transactions_total{{{STAGES}}}{_RATE}))"
            },
            beside=True,
            span=12,
        ),
        graph(
            "Duration",
            "From begin to the end of commit or abort: mostly the brokers' acknowledgements.",
            "s",
            quantiles("stream_edits_transaction_seconds", (0.5, 0.99)),
            beside=True,
            span=12,
        ),
        graph(
            "Events in a transaction",
            "Under load what a stage processes in 0.4 s, at most batch_size; few when idle.",
            "short",
            {
                "{{stage}}": f"sum by (stage) (rate({size}_sum{{{STAGES}}}{_RATE})) / "
                f"(sum by (stage) (rate({size}_count{{{STAGES}}}{_RATE})) > 0)"
            },
            span=12,
        ),
        _aborts(),
    )


def _aborts() -> bargauge.Panel:
    return bars(
        "Aborts by reason",
        "Aborted transactions in the chosen time, by the client's name of the error.",
        COUNT,
        {
            "{{reason}}": "sort_desc(topk(5, sum by (reason) "
            f"(increase(stream_edits_aborts_total{{{STAGES}}}[$__range]))))"
        },
        height=8,
    )
