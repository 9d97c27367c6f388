"""Hooks, scaling, monitors, rules, dashboards and network policy."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry

from stream_edits.app.wiring import Stage, stage_config
from stream_edits.cli import cli
from stream_edits.engine.health import HealthServer
from stream_edits.settings import Settings
from tests.helm.chart import VALUE_SETS, Rendered, container, read_values, render, render_set
from tests.helm.resources import VERSIONS, faults
from tests.helm.tool import CHART, helm

# As promtool reads it, with templates of Prometheus's that Helm must leave alone.
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
    """The chart with a rules file and dashboards of this test's own."""
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


def test_the_topics_are_made_and_checked_before_anything_else() -> None:
    rendered = render()
    job = rendered.one("Job")
    settings = rendered.one("ConfigMap", "claims-stream-edits-topics")
    for each in (job, settings):
        annotations = each["metadata"]["annotations"]
        assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"
        assert "before-hook-creation" in annotations["helm.sh/hook-delete-policy"]
    weights = [
        int(each["metadata"]["annotations"]["helm.sh/hook-weight"]) for each in (settings, job)
    ]
    assert weights == sorted(set(weights))
    pod = job["spec"]["template"]
    assert container(pod, "create")["args"] == ["topics", "create"]
    assert container(pod, "check")["args"] == ["topics", "check"]
    assert render({"topics": {"create": False}}).of("Job") == {}


@pytest.mark.parametrize("name", VALUE_SETS)
def test_the_job_needs_nothing_of_the_chart_that_is_not_there_yet(name: str) -> None:
    rendered = render_set(name)
    hooks = {
        each["metadata"]["name"]
        for each in rendered.objects
        if "helm.sh/hook" in each["metadata"].get("annotations", {})
    }
    made = {each["metadata"]["name"] for each in rendered.objects if each["kind"] == "ConfigMap"}
    spec = rendered.one("Job")["spec"]["template"]["spec"]
    used = {each["configMap"]["name"] for each in spec["volumes"] if "configMap" in each}
    assert used & made <= hooks
    assert "serviceAccountName" not in spec


@pytest.mark.parametrize("name", VALUE_SETS)
def test_every_command_of_a_container_is_one(name: str) -> None:
    for pod in render_set(name).pods().values():
        for each in pod["spec"]["containers"] + pod["spec"].get("initContainers", []):
            if "command" not in each:
                assert CliRunner().invoke(cli, [*each["args"], "--help"]).exit_code == 0


class _Idle:
    def __init__(self, ready: bool) -> None:
        self.ready = ready
        self.last_moved = 0.0


@pytest.fixture
def served() -> Iterator[Any]:
    servers: list[HealthServer] = []

    def serve(ready: bool) -> str:
        server = HealthServer("127.0.0.1", 0, CollectorRegistry(), [_Idle(ready)])
        server.start()
        servers.append(server)
        return f"127.0.0.1:{server.port}"

    yield serve
    for server in servers:
        server.close()


def test_the_test_pod_asks_every_pod_and_fails_with_one(served: Any) -> None:
    asking = container(render().one("Pod"), "ready")
    assert len(asking["args"]) == 6
    assert asking["args"][0] == (
        "claims-stream-edits-intake-0.claims-stream-edits-intake.edits.svc:9464"
    )
    command = [sys.executable, *asking["command"][1:]]
    ready, waiting = served(True), served(False)
    assert subprocess.run([*command, ready, ready], check=False, timeout=30).returncode == 0
    refused = subprocess.run([*command, ready, waiting], check=False, timeout=30, stderr=-3)
    assert refused.returncode != 0
    assert container(render().one("Pod"), "topics")["args"] == ["topics", "check"]


def _scaled(values: dict[str, Any]) -> Rendered:
    return render({"autoscaling": {"enabled": True}} | values)


def test_a_stage_scales_on_the_lag_of_its_own_group() -> None:
    rendered = _scaled({})
    for stage in Stage:
        name = f"claims-stream-edits-{stage}"
        spec = rendered.one("ScaledObject", name)["spec"]
        config = stage_config(Settings(), stage)
        (trigger,) = spec["triggers"]
        assert trigger["metadata"]["consumerGroup"] == config.group_id
        assert trigger["metadata"]["topic"] == config.input_topic
        assert spec["scaleTargetRef"]["name"] == name
        assert spec["scaleTargetRef"]["kind"] == "StatefulSet"
        assert "replicas" not in rendered.one("StatefulSet", name)["spec"]


def test_names_that_settings_change_are_the_triggers_too() -> None:
    topics = {"by_member": "members"}
    rendered = _scaled({"settings": {"group_prefix": "plan-a", "topics": topics}})
    (trigger,) = rendered.one("ScaledObject", "claims-stream-edits-encounter")["spec"]["triggers"]
    assert trigger["metadata"]["consumerGroup"] == "plan-a-encounter"
    assert trigger["metadata"]["topic"] == "members"


@pytest.mark.parametrize(("asked", "most"), [(None, 6), (4, 4), (50, 6)])
def test_never_more_pods_than_partitions(asked: int | None, most: int) -> None:
    rendered = render({"autoscaling": {"enabled": True, "maxReplicas": asked}})
    found = {each["spec"]["maxReplicaCount"] for each in rendered.of("ScaledObject").values()}
    assert found == {most}


def test_one_stage_may_be_left_alone() -> None:
    rendered = render_set("production")
    assert set(rendered.of("ScaledObject")) == {
        "claims-stream-edits-intake",
        "claims-stream-edits-encounter",
    }
    assert rendered.one("StatefulSet", "claims-stream-edits-supervision")["spec"]["replicas"] == 2


def test_keda_logs_in_with_the_same_secrets() -> None:
    rendered = render_set("production")
    given = rendered.one("TriggerAuthentication")["spec"]["secretTargetRef"]
    assert {(each["parameter"], each["name"], each["key"]) for each in given} == {
        ("username", "stream-edits-kafka", "username"),
        ("password", "stream-edits-kafka", "password"),
        ("ca", "kafka-ca", "ca.crt"),
    }
    (trigger,) = rendered.one("ScaledObject", "claims-stream-edits-intake")["spec"]["triggers"]
    assert trigger["authenticationRef"] == {"name": "claims-stream-edits"}
    assert (trigger["metadata"]["sasl"], trigger["metadata"]["tls"]) == ("scram_sha512", "enable")
    assert _scaled({}).of("TriggerAuthentication") == {}


def test_monitors_find_the_stages_and_not_the_job() -> None:
    rendered = render_set("production")
    spec = rendered.one("PodMonitor")["spec"]
    (rule,) = spec["selector"]["matchExpressions"]
    assert rule["values"] == ["intake", "encounter", "supervision"]
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
        ({}, "docs/runbook.md#still"),
    ):
        values = {"metrics": {"prometheusRule": {"enabled": True} | given}}
        (group,) = render(values, watched).one("PrometheusRule")["spec"]["groups"]
        assert group["rules"][1]["annotations"]["runbook_url"] == address


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
        "claims-stream-edits-dashboard-flow",
        "claims-stream-edits-dashboard-claims",
    }
    flow = found["claims-stream-edits-dashboard-flow"]
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


def test_pods_talk_to_brokers_registry_and_dns_only() -> None:
    spec = render_set("production").one("NetworkPolicy")["spec"]
    assert sorted(spec["policyTypes"]) == ["Egress", "Ingress"]
    dns, kafka, registry, own = spec["egress"]
    assert [port["port"] for port in dns["ports"]] == [53, 53]
    assert [port["port"] for port in kafka["ports"]] == [9093]
    assert kafka["to"][0]["namespaceSelector"]
    assert [port["port"] for port in registry["ports"]] == [8085]
    assert own["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/instance"] == "claims"
    # Whoever else may read the metrics, `helm test` may.
    (metrics,) = spec["ingress"]
    assert [sorted(peer) for peer in metrics["from"]] == [["namespaceSelector"], ["podSelector"]]


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://registry", 80),
        ("https://registry/path", 443),
        ("http://registry:8081/", 8081),
        ("https://[::1]:8443", 8443),
    ],
)
def test_the_registrys_port(url: str, port: int) -> None:
    values = {"networkPolicy": {"enabled": True}, "schemaRegistry": {"url": url}}
    egress = render(values).one("NetworkPolicy")["spec"]["egress"]
    assert egress[2]["ports"] == [{"port": port, "protocol": "TCP"}]


def test_the_brokers_ports() -> None:
    egress = render_set("combined-autoscaled").one("NetworkPolicy")["spec"]["egress"]
    assert [each["port"] for each in egress[1]["ports"]] == [9093, 9094]
    given = render_set("everything-else").one("NetworkPolicy")["spec"]["egress"]
    assert [each["port"] for each in given[1]["ports"]] == [9092, 9094]
    assert given[-1]["ports"] == [{"port": 443, "protocol": "TCP"}]


@pytest.mark.parametrize("name", VALUE_SETS)
def test_the_notes_name_what_was_made(name: str) -> None:
    # NOTES.txt is no part of `helm template`; a dry run of an install shows it.
    values = ["--values", str(CHART / "ci" / f"{name}-values.yaml")]
    done = helm(
        "install", "claims", str(CHART), "--dry-run=client", "--namespace", "edits", *values
    )
    assert done.returncode == 0, done.stderr
    notes = done.stdout.partition("NOTES:")[2]
    for stateful_set in render_set(name).of("StatefulSet"):
        assert f"StatefulSet {stateful_set}: " in notes
    assert ("below 3" in notes) == (name == "minimal")
    assert "helm test claims --namespace edits" in notes
