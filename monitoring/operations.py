"""The operators' dashboard."""

from grafana_foundation_sdk.builders import dashboard

from monitoring.now import now
from monitoring.page import folded, new_dashboard, row, variable
from monitoring.panels import DISPOSITIONS, HERE, STAGES, graph, quantiles
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
            "cps",
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_events_total{{{STAGES}}}{_RATE}))"
            },
        ),
        graph(
            "Claims leaving a stage",
            "Decided, sent to the next stage or supervisor, or reopened because time became free.",
            "cps",
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_claims_total{{{STAGES}}}{_RATE}))"
            },
        ),
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
        ),
    )


def _slow(page: dashboard.Dashboard) -> None:
    row(
        page,
        "What is slow?",
        graph(
            "Age of events at their commit",
            "From the record's timestamp in the stage's input to the commit, of the oldest event "
            "of each transaction.",
            "s",
            quantiles("stream_edits_event_age_seconds", (0.5, 0.99)),
        ),
        graph(
            "Oldest undecided event",
            "Computed at each scrape, even while the loop is blocked. Above the line: alert "
            "StreamEditsStalled.",
            "s",
            {"{{stage}}": f"max by (stage) (stream_edits_oldest_event_age_seconds{{{STAGES}}})"},
            alarm=300,
        ),
        graph(
            "Lag",
            "Records that wait, by stage. The row Partitions shows them by partition.",
            "short",
            {"{{stage}}": f"sum by (stage) (stream_edits_consumer_lag_records{{{STAGES}}})"},
        ),
    )


def _wrong(page: dashboard.Dashboard) -> None:
    dead = f'stream_edits_events_total{{{STAGES}, outcome="dead_letter"}}'
    row(
        page,
        "What is wrong?",
        graph(
            "Dead letters by class",
            "Records that no stage can process; the dead-letter topic holds them unchanged.",
            "cps",
            {
                "{{error_class}}": "sum by (error_class) "
                f"(rate(stream_edits_dead_letters_total{{{STAGES}}}{_RATE}))"
            },
        ),
        graph(
            "Dead letters per event",
            "Alerts at the line; at breaker_share (default 0.2) a stage stops.",
            "percentunit",
            {
                "{{stage}}": f"sum by (stage) (rate({dead}{_RATE})) / (sum by (stage) "
                f"(rate(stream_edits_events_total{{{STAGES}}}{_RATE})) > 0)"
            },
            alarm=0.01,
        ),
        graph(
            "Retries and aborts",
            "Calls retried while a broker is away, events retried while the registry is away, and "
            "aborted transactions by the client's error.",
            "cps",
            {
                "{{stage}} {{reason}}": "sum by (stage, reason) "
                f"(rate(stream_edits_retries_total{{{STAGES}}}{_RATE}))",
                "abort {{reason}}": "sum by (reason) "
                f"(rate(stream_edits_aborts_total{{{STAGES}}}{_RATE}))",
            },
        ),
    )


def _transactions(page: dashboard.Dashboard) -> None:
    size = "stream_edits_transaction_events"
    folded(
        page,
        "Transactions",
        graph(
            "Transactions",
            "Aborted ones are repeated; they cost time and lose nothing.",
            "cps",
            {
                "{{stage}} {{outcome}}": "sum by (stage, outcome) "
                f"(rate(stream_edits_transactions_total{{{STAGES}}}{_RATE}))"
            },
        ),
        graph(
            "Duration",
            "From begin to the end of commit or abort: mostly the brokers' acknowledgements.",
            "s",
            quantiles("stream_edits_transaction_seconds", (0.5, 0.99)),
        ),
        graph(
            "Events in a transaction",
            "Near batch_size under load, few when idle.",
            "short",
            {
                "{{stage}}": f"sum by (stage) (rate({size}_sum{{{STAGES}}}{_RATE})) / "
                f"(sum by (stage) (rate({size}_count{{{STAGES}}}{_RATE})) > 0)"
            },
        ),
    )
