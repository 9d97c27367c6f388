"""Every query and every alert, on a real Prometheus with data of a real run."""

import math
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator

import pytest

from stream_edits.app.resolved_pends import CAUSES
from stream_edits.domain.decision import FindingMode
from tests.kafka.programs import eventually
from tests.monitoring.dashboards import FILES, FOLDER, Query, dashboard, queries
from tests.monitoring.programs import promtool, tool
from tests.monitoring.prometheus import Series
from tests.monitoring.promql import alerts, selectors
from tests.monitoring.watched import Watched, watched_run

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

_VALUES = {"__rate_interval": "5s", "__range": "60s", "__interval": "5s"}
_STAGES = "intake|review|encounter|supervision"
_STAGE = {"namespace": "claims", "job": "stream-edits", "stage": _STAGES}
_ALL = {"namespace": ".*", "job": ".*", "stage": ".*"}


@pytest.fixture(scope="module")
def watched(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    tool("prometheus")
    with watched_run(broker, tmp_path_factory.mktemp("watched")) as run:
        yield run


def points(watched: Watched, expression: str) -> int:
    """The number of values of a query over the run. An error of the server fails the test."""
    series = watched.prometheus.over(expression, watched.begun_s, watched.ended_s)
    return sum(not math.isnan(float(value)) for each in series for _, value in each["values"])


def empty(watched: Watched, asked: list[Query], chosen: dict[str, str]) -> list[str]:
    """The queries that return nothing with these variables."""
    return [
        f"{query.dashboard}: {query.panel}: {expression}"
        for query in asked
        for expression in [query.substituted({**_VALUES, **chosen})]
        if not points(watched, expression)
    ]


@pytest.mark.parametrize("chosen", [_ALL, _STAGE], ids=["all", "chosen"])
def test_every_query_of_every_dashboard_returns_data(
    watched: Watched, chosen: dict[str, str]
) -> None:
    asked = [query for file in FILES for query in queries(dashboard(file))]
    # Of a healthy run there is no alert to show.
    of_alerts = [query for query in asked if "ALERTS{" in query.expression]
    assert len(asked) > 50
    assert empty(watched, [query for query in asked if query not in of_alerts], chosen) == []
    assert len(of_alerts) == len(empty(watched, of_alerts, chosen)) == 1


def test_a_misspelt_metric_is_caught(watched: Watched) -> None:
    asked = queries(dashboard(FOLDER / "claims.json"))
    good = next(query for query in asked if "_decisions_" in query.expression)
    bad = good._replace(expression=good.expression.replace("_decisions_", "_decision_"))
    assert bad != good
    assert len(empty(watched, [good, bad], _ALL)) == 1


def test_every_series_of_an_alert_exists(watched: Watched) -> None:
    missing = [
        (alert.name, selector)
        for alert in alerts()
        for selector in selectors(alert.expression)
        if not points(watched, selector)
    ]
    assert missing == []


def test_every_alert_is_evaluated_without_error_and_none_fires(watched: Watched) -> None:
    rules = {rule["name"]: rule for rule in watched.prometheus.rules()}
    assert rules.keys() == {alert.name for alert in alerts()}
    assert {name: rule["lastError"] for name, rule in rules.items() if "lastError" in rule} == {}
    assert {rule["health"] for rule in rules.values()} == {"ok"}
    assert [name for name, rule in rules.items() if rule["state"] == "firing"] == []


def test_promtool_accepts_the_metrics(watched: Watched) -> None:
    for port in watched.ports:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            exposed = answer.read().decode()
        promtool("check", "metrics", given=exposed)
        assert "CANARY" not in exposed


HAPPENED = [
    *(f'stream_edits_decisions_total{{disposition="{d}"}}' for d in ("PASS", "PEND", "DENY")),
    *(f'stream_edits_pends_resolved_total{{cause="{c}"}}' for c in CAUSES),
    'stream_edits_reviews_total{disposition="PEND", outcome="APPROVE"}',
    "stream_edits_revisions_total",
    "stream_edits_not_governed_decisions_total",
    "stream_edits_documents_requested_total",
    "stream_edits_units_cut_back_total",
    "stream_edits_lines_cut_back_total",
    "stream_edits_duplicates_total",
    'stream_edits_events_total{outcome="dead_letter"}',
    'stream_edits_claims_total{stage="encounter", outcome="sent_on"}',
    'stream_edits_rebalances_total{kind="revoked"}',
    'stream_edits_restore_seconds_count{stage="encounter"}',
    "stream_edits_restore_records_total",
    "stream_edits_state_bytes",
    "stream_edits_client_brokers_up",
    "stream_edits_client_round_trip_seconds",
    "stream_edits_group_steady",
]


@pytest.mark.parametrize("series", HAPPENED)
def test_the_events_of_the_run_are_counted(watched: Watched, series: str) -> None:
    (found,) = watched.prometheus.at(f"sum({series})", watched.ended_s)
    assert float(found["value"][1]) > 0


def test_the_counters_match_the_topics(watched: Watched) -> None:
    deployment = watched.deployment
    deployment.log.read_to_the_end()
    decisions = deployment.decisions()
    dead = deployment.log.of(deployment.topics.dead_letter)
    modes = Counter(finding.mode for decision in decisions for finding in decision.findings)
    expected = {
        "stream_edits_decisions_total": len(decisions),
        "stream_edits_revisions_total": sum(d.revision > 1 for d in decisions),
        "stream_edits_not_governed_decisions_total": sum(not d.applicable for d in decisions),
        "stream_edits_findings_total": modes[FindingMode.ENFORCED],
        "stream_edits_monitored_findings_total": modes[FindingMode.MONITORED],
        'stream_edits_claims_total{outcome="decided"}': len(decisions),
        "stream_edits_dead_letters_total": len(dead),
    }
    counted = {
        series: float(watched.prometheus.at(f"sum({series})", watched.ended_s)[0]["value"][1])
        for series in expected
    }
    assert counted == expected


@pytest.mark.parametrize(
    "gauge", ["stream_edits_consumer_lag_records", "stream_edits_oldest_event_age_seconds"]
)
def test_there_is_no_lag_after_everything_is_decided(watched: Watched, gauge: str) -> None:
    def behind() -> Series:
        return watched.prometheus.at(f"{gauge} != 0", time.time())

    assert watched.prometheus.at(gauge, time.time())
    # The lag is measured every five seconds, and a fetch is needed to pass transaction markers.
    eventually(lambda: not behind(), 60, lambda: str(behind()))
