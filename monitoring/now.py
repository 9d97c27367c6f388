"""The first row of the operators' dashboard: the present state in single numbers."""

from grafana_foundation_sdk.builders import dashboard, stat

from monitoring.page import row
from monitoring.panels import COUNT, HERE, STAGES, number

# Some alerts are of a whole namespace, or of none.
_OF_HERE = 'namespace=~"$namespace|", job=~"$job|"'


def now(page: dashboard.Dashboard) -> None:
    """Readiness, age and lag, dead letters; firing alerts, the last commit, versions."""
    above = (_ready(), _oldest(), _lag(), _dead_letters())
    row(page, "Is it well?", *above, _firing(), _last_commit(), _versions())


def _ready() -> stat.Panel:
    return number(
        "Processes ready",
        "Processes of each stage that own their partitions and have restored their state. None for "
        "some minutes: alert StreamEditsNotReady.",
        COUNT,
        {"{{stage}}": f"sum by (stage) (stream_edits_ready{{{STAGES}}})"},
        below=True,
        decimals=0,
        span=6,
        height=5,
    )


def _firing() -> stat.Panel:
    panel = number(
        "Firing alerts",
        "docs/runbook.md has a section for each: what happened, and what to do.",
        COUNT,
        {
            "{{alertname}} {{stage}}": "sum by (alertname, stage) "
            f'(ALERTS{{alertname=~"StreamEdits.+", alertstate="firing", {_OF_HERE}}})'
        },
        words=True,
        alarm=1,
        span=6,
        height=5,
    )
    return panel.no_value("none")


def _oldest() -> stat.Panel:
    return number(
        "Oldest undecided event now",
        "Time since the oldest event that is taken and not decided was published. It grows while a "
        "broker or the schema registry is away.",
        "s",
        {"{{stage}}": f"max by (stage) (stream_edits_oldest_event_age_seconds{{{STAGES}}})"},
        alarm=300,
        below=True,
        decimals=1,
        span=6,
        height=5,
    )


def _lag() -> stat.Panel:
    return number(
        "Records waiting now",
        "The lag: records of the input topics that are not committed yet.",
        COUNT,
        {"{{stage}}": f"sum by (stage) (stream_edits_consumer_lag_records{{{STAGES}}})"},
        alarm=10_000,
        below=True,
        decimals=0,
        span=6,
        height=5,
    )


def _dead_letters() -> stat.Panel:
    return number(
        "Dead letters in the chosen time",
        "Records in the chosen time that no stage could process. Look at each of them.",
        COUNT,
        {
            "{{stage}}": "sum by (stage) (increase(stream_edits_events_total"
            f'{{{STAGES}, outcome="dead_letter"}}[$__range]))'
        },
        alarm=1,
        below=True,
        decimals=0,
        span=6,
        height=5,
    )


def _last_commit() -> stat.Panel:
    return number(
        "Time since the last commit",
        "A long time is a problem only while records wait.",
        "s",
        {
            "{{stage}}": "time() - max by (stage) "
            f"(stream_edits_last_commit_timestamp_seconds{{{STAGES}}} > 0)"
        },
        below=True,
        decimals=1,
        span=6,
        height=5,
    )


def _versions() -> stat.Panel:
    return number(
        "Versions",
        "Software, policy and librdkafka of the running processes: one line, except during a "
        "rollout.",
        COUNT,
        {
            "{{version}} policy {{policy}} librdkafka {{kafka_client}}": "count by (version, "
            f"policy, kafka_client) (stream_edits_build_info{{{HERE}}})"
        },
        words=True,
        span=12,
        height=5,
    )
