"""Hooks, scaling, network policy, and the notes."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry

from stream_edits.app.wiring import Stage, stage_config
from stream_edits.cli import cli
from stream_edits.service.health import HealthServer
from stream_edits.settings import Settings
from tests.helm.chart import VALUE_SETS, Rendered, container, render, render_set
from tests.helm.tool import CHART, helm

# The value sets with an overlay.
OVERLAID = {"combined-autoscaled", "everything-else"}


def test_the_topics_are_created_and_checked_first() -> None:
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
    assert container(pod, "topics")["args"] == ["topics", "create", "--check"]
    assert render({"topics": {"create": False}}).of("Job") == {}


@pytest.mark.parametrize("name", VALUE_SETS)
def test_the_job_needs_no_object_that_is_created_later(name: str) -> None:
    rendered = render_set(name)
    assert len(rendered.of("Job")) == (2 if name in OVERLAID else 1)
    hooks = {
        each["metadata"]["name"]
        for each in rendered.objects
        if "helm.sh/hook" in each["metadata"].get("annotations", {})
    }
    made = {each["metadata"]["name"] for each in rendered.objects if each["kind"] == "ConfigMap"}
    for job in rendered.of("Job").values():
        spec = job["spec"]["template"]["spec"]
        used = {each["configMap"]["name"] for each in spec["volumes"] if "configMap" in each}
        assert used & made <= hooks
        assert "serviceAccountName" not in spec
        assert "initContainers" not in spec, "Helm prints no log of them"


@pytest.mark.parametrize("name", VALUE_SETS)
def test_every_command_of_a_container_exists(name: str) -> None:
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


def test_the_test_pod_checks_every_pod_and_fails_if_one_does(served: Any) -> None:
    asking = container(render().one("Pod"), "ready")
    assert len(asking["args"]) == 8
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
        assert rendered.one("StatefulSet", name)["spec"]["replicas"] == spec["minReplicaCount"]


def test_triggers_use_the_names_from_settings() -> None:
    topics = {"by_member": "members"}
    rendered = _scaled({"settings": {"group_prefix": "plan-a", "topics": topics}})
    (trigger,) = rendered.one("ScaledObject", "claims-stream-edits-encounter")["spec"]["triggers"]
    assert trigger["metadata"]["consumerGroup"] == "plan-a-encounter"
    assert trigger["metadata"]["topic"] == "members"


@pytest.mark.parametrize(("asked", "most"), [(None, 6), (4, 4), (50, 6)])
def test_never_more_pods_than_partitions(asked: int | None, most: int) -> None:
    rendered = render({"autoscaling": {"enabled": True, "maxReplicas": asked}})
    found = {
        name.rsplit("-", 1)[1]: each["spec"]["maxReplicaCount"]
        for name, each in rendered.of("ScaledObject").items()
    }
    # Claims and reviews may be in more partitions than the settings say.
    own = asked or 6
    assert found == {"intake": own, "review": own, "encounter": most, "supervision": most}


def test_intake_and_review_may_have_more_pods_than_the_other_topics_have_partitions() -> None:
    more = {"replicas": 9}
    rendered = render({"stages": {"intake": more, "review": more}})
    for stage in ("intake", "review"):
        assert rendered.one("StatefulSet", f"claims-stream-edits-{stage}")["spec"]["replicas"] == 9


def test_autoscaling_can_be_disabled_for_one_stage() -> None:
    rendered = render_set("production")
    assert set(rendered.of("ScaledObject")) == {
        "claims-stream-edits-intake",
        "claims-stream-edits-review",
        "claims-stream-edits-encounter",
    }
    assert rendered.one("StatefulSet", "claims-stream-edits-supervision")["spec"]["replicas"] == 2


def test_keda_uses_the_same_secrets() -> None:
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


def test_pods_can_only_reach_brokers_registry_and_dns() -> None:
    spec = render_set("production").one("NetworkPolicy", "claims-stream-edits")["spec"]
    assert sorted(spec["policyTypes"]) == ["Egress", "Ingress"]
    dns, kafka, registry, own = spec["egress"]
    assert [port["port"] for port in dns["ports"]] == [53, 53]
    assert [port["port"] for port in kafka["ports"]] == [9093]
    assert kafka["to"][0]["namespaceSelector"]
    assert [port["port"] for port in registry["ports"]] == [8085]
    assert own["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/instance"] == "claims"
    # `helm test` may always read the metrics.
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
    egress = render(values).one("NetworkPolicy", "claims-stream-edits")["spec"]["egress"]
    assert egress[2]["ports"] == [{"port": port, "protocol": "TCP"}]


def test_the_brokers_ports() -> None:
    egress = render_set("combined-autoscaled").of("NetworkPolicy")["claims-stream-edits"]["spec"][
        "egress"
    ]
    assert [each["port"] for each in egress[1]["ports"]] == [9093, 9094]
    given = render_set("everything-else").one("NetworkPolicy", "claim-edits")["spec"]["egress"]
    assert [each["port"] for each in given[1]["ports"]] == [9092, 9094]
    assert given[-1]["ports"] == [{"port": 443, "protocol": "TCP"}]


@pytest.mark.parametrize("name", VALUE_SETS)
def test_the_notes_name_the_created_objects(name: str) -> None:
    # `helm template` does not render NOTES.txt, but a dry run of an install does.
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
