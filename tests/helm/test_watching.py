"""Monitors, alert rules and dashboards."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.helm.chart import Refused, read_values, render, render_set
from tests.helm.resources import VERSIONS, faults
from tests.helm.tool import CHART, helm

# A rules file for promtool, with Prometheus templates that Helm must not render.
_RULES = """\
groups:
  - name: stream-edits.flow
    rules:
      - record: stage:stream_edits_events:rate5m
        expr: sum by (stage) (rate(stream_edits_events_total[5m]))
      - alert: StreamEditsStandsStill
        expr: stage:stream_edits_events:rate5m == 0
        for: 10m
        labels:
          severity: critical
        annotations:
          summary: '{{ $labels.stage }} stands still: {{ $value | humanize }}'
          runbook_url: docs/runbook.md#still
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart with other rules and dashboards."""
    chart = tmp_path_factory.mktemp("chart") / "stream-edits"
    shutil.copytree(CHART, chart)
    for folder in ("rules", "dashboards"):
        shutil.rmtree(chart / folder, ignore_errors=True)
        (chart / folder).mkdir()
    (chart / "rules" / "flow.yaml").write_text(_RULES)
    dashboard = {"uid": "flow", "title": "{{stage}}", "tags": ["ä"]}
    (chart / "dashboards" / "flow.json").write_text(json.dumps(dashboard, indent=2))
    (chart / "dashboards" / "claims.json").write_text("{}")
    return chart


def test_monitors_find_the_stages_and_not_the_job() -> None:
    rendered = render_set("production")
    spec = rendered.one("PodMonitor")["spec"]
    (rule,) = spec["selector"]["matchExpressions"]
    assert rule["values"] == ["intake", "review", "encounter", "supervision"]
    assert spec["namespaceSelector"] == {"matchNames": ["edits"]}
    combined = render_set("combined-autoscaled").one("ServiceMonitor")
    assert combined["metadata"]["namespace"] == "monitoring"
    assert combined["spec"]["selector"]["matchExpressions"][0]["values"] == ["stages"]
    assert combined["spec"]["endpoints"][0]["port"] == "http"


def test_rules_arrive_as_they_were_written(watched: Path) -> None:
    values = {"metrics": {"prometheusRule": {"enabled": True, "ruleLabels": {"team": "claims"}}}}
    rule = render(values, watched).one("PrometheusRule")
    assert faults(rule, VERSIONS[0]) == []
    (group,) = rule["spec"]["groups"]
    recorded, alert = group["rules"]
    assert alert["annotations"]["summary"] == (
        "{{ $labels.stage }} stands still: {{ $value | humanize }}"
    )
    assert alert["labels"] == {"severity": "critical", "team": "claims"}
    assert "labels" not in recorded


def test_the_runbooks_address_is_the_operators(watched: Path) -> None:
    base = {"runbookBaseUrl": "https://wiki/edits/"}
    for given, address in (
        (base, "https://wiki/edits/docs/runbook.md#still"),
        ({}, None),
    ):
        values = {"metrics": {"prometheusRule": {"enabled": True} | given}}
        (group,) = render(values, watched).one("PrometheusRule")["spec"]["groups"]
        assert group["rules"][1]["annotations"].get("runbook_url") == address


def _alerts(**alerts: dict[str, Any]) -> dict[str, Any]:
    """The chart's alerts by name, with these changes."""
    values = {"metrics": {"prometheusRule": {"enabled": True, "alerts": alerts}}}
    groups = render(values).one("PrometheusRule")["spec"]["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


def test_single_alerts_are_changed_by_values() -> None:
    usual = _alerts()
    changed = _alerts(
        StreamEditsStalled={"threshold": 900, "for": "15m", "severity": "warning"},
        StreamEditsDenyShareShift={"threshold": 0.25},
        StreamEditsLagGrowing={"enabled": False},
    )
    assert usual.keys() - changed.keys() == {"StreamEditsLagGrowing"}
    stalled = changed.pop("StreamEditsStalled")
    assert ") > 900 # threshold" in stalled["expr"]
    assert (stalled["for"], stalled["labels"]["severity"]) == ("15m", "warning")
    share = changed.pop("StreamEditsDenyShareShift")
    assert share["expr"] == usual["StreamEditsDenyShareShift"]["expr"].replace("0.15", "0.25")
    assert all(usual[name] == rule for name, rule in changed.items())


@pytest.mark.parametrize(
    ("alerts", "message"),
    [
        ({"StreamEditsStaled": {"threshold": 1}}, "there is no alert StreamEditsStaled"),
        ({"StreamEditsNotReady": {"threshold": 1}}, "this alert has no threshold"),
        ({"StreamEditsStalled": {"treshold": 1}}, "additional properties 'treshold' not allowed"),
        ({"StreamEditsStalled": {"threshold": "many"}}, "got string, want number"),
    ],
)
def test_a_wrong_change_of_an_alert_is_refused(alerts: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        _alerts(**alerts)


def test_the_charts_own_rules_and_dashboards_are_installed() -> None:
    rendered = render_set("production")
    rules = read_values(CHART / "rules" / "stream-edits.yaml")
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    groups = rendered.one("PrometheusRule")["spec"]["groups"]
    installed = [rule for group in groups for rule in group["rules"]]
    assert {rule["alert"] for rule in installed} == alerts
    assert {rule["labels"]["team"] for rule in installed} == {"claims"}
    boards = [each for name, each in rendered.of("ConfigMap").items() if "dashboard" in name]
    files = {file.name for file in (CHART / "dashboards").glob("*.json")}
    assert {name for each in boards for name in each["data"]} == files


def test_a_rules_file_without_rules_is_refused(watched: Path, tmp_path: Path) -> None:
    chart = tmp_path / "stream-edits"
    shutil.copytree(watched, chart)
    (chart / "rules" / "flow.yaml").write_text("group: []\n")
    done = helm("template", "claims", str(chart), "--set", "kafka.bootstrapServers=kafka:9092")
    assert "rules/flow.yaml: no groups of rules in it" in done.stderr


def test_dashboards_arrive_byte_for_byte(watched: Path) -> None:
    values = {"dashboards": {"enabled": True, "namespace": "grafana"}}
    maps = render(values, watched).of("ConfigMap")
    found = {name: each for name, each in maps.items() if "dashboard" in name}
    assert set(found) == {
        "edits-claims-stream-edits-dashboard-flow",
        "edits-claims-stream-edits-dashboard-claims",
    }
    flow = found["edits-claims-stream-edits-dashboard-flow"]
    assert flow["data"]["flow.json"] == (watched / "dashboards" / "flow.json").read_text()
    assert flow["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert flow["metadata"]["namespace"] == "grafana"


def test_without_files_there_are_neither_rules_nor_dashboards(
    watched: Path, tmp_path: Path
) -> None:
    chart = tmp_path / "stream-edits"
    shutil.copytree(watched, chart)
    for folder in ("rules", "dashboards"):
        shutil.rmtree(chart / folder)
    values = {
        "metrics": {"prometheusRule": {"enabled": True}},
        "dashboards": {"enabled": True},
    }
    rendered = render(values, chart)
    assert rendered.of("PrometheusRule") == {}
    assert not [name for name in rendered.of("ConfigMap") if "dashboard" in name]
