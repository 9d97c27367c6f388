"""What a real API server refused or did, as far as a rendering can show it."""

from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.helm.chart import (
    VALUE_SETS,
    Refused,
    Rendered,
    container,
    read_values,
    render,
    render_set,
)
from tests.helm.tool import CHART, helm

# Strings that YAML reads as something else when they are not quoted.
_TRAPS = ("4711", "on", "1e5", "null")
# Only one of them may be on.
_MONITORS = ("podMonitor", "serviceMonitor")


@pytest.mark.parametrize("monitor", _MONITORS)
@pytest.mark.parametrize("trap", _TRAPS)
def test_strings_from_values_stay_strings(trap: str, monitor: str) -> None:
    rendered = render(
        {
            "kafka": {
                "sasl": {"mechanism": "PLAIN", "existingSecret": trap, "usernameKey": trap},
                "tls": {
                    "enabled": True,
                    "ca": {"existingSecret": trap, "key": trap},
                    "client": {"existingSecret": trap, "certificateKey": trap, "passwordKey": trap},
                },
            },
            "schemaRegistry": {
                "url": "http://registry",
                "basicAuth": {"existingSecret": trap, "passwordKey": trap},
            },
            "autoscaling": {"enabled": True},
            "stages": {"intake": {"autoscaling": {"authenticationRef": trap}}},
            "policy": {"existingConfigMap": trap},
            "serviceAccount": {"create": False, "name": trap},
            "priorityClassName": trap,
            "image": {"tag": trap},
            "commonLabels": {"team": trap},
            "dashboards": {"enabled": True, "namespace": trap, "label": trap, "labelValue": trap},
            "metrics": {
                monitor: {"enabled": True, "namespace": trap},
                "prometheusRule": {"enabled": True, "namespace": trap},
            },
        }
    )
    spec = rendered.one("StatefulSet", "claims-stream-edits-intake")["spec"]["template"]["spec"]
    assert spec["serviceAccountName"] == spec["priorityClassName"] == trap
    assert _not_strings(list(rendered.objects)) == []


def _not_strings(node: Any, path: str = "") -> list[str]:
    """Paths of names, keys, labels and annotations that are not strings."""
    if isinstance(node, list):
        return [each for at, one in enumerate(node) for each in _not_strings(one, f"{path}.{at}")]
    if not isinstance(node, dict):
        return []
    found = [f"{path}.{key}" for key in node if not isinstance(key, str)]
    for key, value in node.items():
        named = key in ("name", "namespace", "key", "secretName", "priorityClassName")
        if named and not isinstance(value, str):
            found.append(f"{path}.{key}")
        if key in ("labels", "annotations", "matchLabels", "data"):
            found += [f"{path}.{key}.{k}" for k, v in value.items() if not isinstance(v, str)]
        found += _not_strings(value, f"{path}.{key}")
    return found


@pytest.mark.parametrize("release", ["4711", "on", "1e5"])
def test_a_release_may_be_named_like_a_number(release: str) -> None:
    done = helm(
        "template", release, str(CHART), "--set", "kafka.bootstrapServers=kafka:9092",
        "--set", "fullnameOverride=edits",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f'app.kubernetes.io/instance: "{release}"' in done.stdout
    assert f"app.kubernetes.io/instance: {release}\n" not in done.stdout


@pytest.mark.parametrize("name", ["my.edits", "4711-claims"])
def test_names_that_a_service_cannot_have_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="set fullnameOverride"):
        render({"fullnameOverride": name})
    done = helm("template", name, str(CHART), "--set", "kafka.bootstrapServers=kafka:9092")
    assert done.returncode != 0
    assert "set fullnameOverride" in done.stderr


def test_a_truncated_name_ends_in_a_letter_or_digit() -> None:
    name = "a" * 39 + "-edits"
    assert "a" * 39 + "-settings" in render({"fullnameOverride": name}).of("ConfigMap")


def test_autoscaled_stages_start_with_their_minimum() -> None:
    rendered = render_set("production")
    found = {name: each["spec"]["replicas"] for name, each in rendered.of("StatefulSet").items()}
    assert found == {
        "claims-stream-edits-intake": 2,
        "claims-stream-edits-review": 3,
        "claims-stream-edits-encounter": 3,
        "claims-stream-edits-supervision": 2,
    }


def test_the_hook_has_a_network_policy_of_its_own() -> None:
    values = {"networkPolicy": {"enabled": True}, "kafka": {"bootstrapServers": "kafka:9093"}}
    rendered = render(values)
    policy = rendered.one("NetworkPolicy", "claims-stream-edits-topics")
    annotations = policy["metadata"]["annotations"]
    job = rendered.one("Job")
    assert annotations["helm.sh/hook"] == job["metadata"]["annotations"]["helm.sh/hook"]
    assert int(annotations["helm.sh/hook-weight"]) < 0
    wanted = policy["spec"]["podSelector"]["matchLabels"].items()
    assert wanted <= job["spec"]["template"]["metadata"]["labels"].items()
    for each in rendered.of("StatefulSet").values():
        assert not wanted <= each["spec"]["template"]["metadata"]["labels"].items()
    assert [port["port"] for port in policy["spec"]["egress"][1]["ports"]] == [9093]
    without = render(values | {"topics": {"create": False}})
    assert list(without.of("NetworkPolicy")) == ["claims-stream-edits"]


@pytest.mark.parametrize(
    ("brokers", "ports"),
    [
        ("[fd00::1]:9092", [9092]),
        ("[fd00::1]:9092,[fd00::2]:9093,kafka:9092", [9092, 9093]),
    ],
)
def test_ipv6_brokers_open_their_ports_only(brokers: str, ports: list[int]) -> None:
    values = {"networkPolicy": {"enabled": True}, "kafka": {"bootstrapServers": brokers}}
    for policy in render(values).of("NetworkPolicy").values():
        assert [port["port"] for port in policy["spec"]["egress"][1]["ports"]] == ports


def test_the_test_pod_goes_where_the_other_pods_go() -> None:
    spec = render_set("everything-else").one("Pod")["spec"]
    given = read_values(CHART / "ci" / "everything-else-values.yaml")
    assert spec["nodeSelector"] == given["nodeSelector"]
    assert spec["tolerations"] == given["tolerations"]
    assert "tolerations" not in render().one("Pod")["spec"]


def _shared(namespace: str, monitor: str) -> set[str]:
    sets = ["kafka.bootstrapServers=kafka:9092", "dashboards.enabled=true"]
    sets += ["dashboards.namespace=monitoring"]
    for part in (monitor, "prometheusRule"):
        sets += [f"metrics.{part}.enabled=true", f"metrics.{part}.namespace=monitoring"]
    done = helm("template", "claims", str(CHART), "--namespace", namespace, "--set", ",".join(sets))
    assert done.returncode == 0, done.stderr
    documents = YAML(typ="safe", pure=True).load_all(done.stdout)
    return {
        f"{each['kind']}/{each['metadata']['name']}"
        for each in documents
        if each and each["metadata"].get("namespace") == "monitoring"
    }


@pytest.mark.parametrize("monitor", _MONITORS)
def test_objects_in_a_shared_namespace_are_named_by_release_and_namespace(monitor: str) -> None:
    one, other = _shared("plan-a", monitor), _shared("plan-b", monitor)
    assert len(one) == 4
    assert not one & other
    own = render({"metrics": {"podMonitor": {"enabled": True}}})
    assert list(own.of("PodMonitor")) == ["claims-stream-edits"]


@pytest.mark.parametrize("name", VALUE_SETS)
def test_unready_pods_do_not_block_a_drain(name: str) -> None:
    for budget in render_set(name).of("PodDisruptionBudget").values():
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def _templates(rendered: Rendered) -> dict[str, Any]:
    return {name: each["spec"]["template"] for name, each in rendered.of("StatefulSet").items()}


def test_a_label_of_every_object_restarts_no_pod() -> None:
    assert _templates(render({"commonLabels": {"team": "claims"}})) == _templates(render())
    labels = {"podLabels": {"team": "claims"}}
    for template in _templates(render(labels)).values():
        assert template["metadata"]["labels"]["team"] == "claims"
        assert not {"helm.sh/chart", "app.kubernetes.io/version"} & set(
            template["metadata"]["labels"]
        )


def test_a_failed_job_ends_before_helm_and_is_removed_later() -> None:
    spec = render().one("Job")["spec"]
    assert spec["activeDeadlineSeconds"] < 300
    assert spec["ttlSecondsAfterFinished"] == 86400
    assert container(spec["template"], "topics")["args"] == ["topics", "create", "--check"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"commonLabels": {"team": "no spaces"}}, "is not a valid value of the label team"),
        ({"podLabels": {"team": "x" * 64}}, "is not a valid value of the label team"),
        (
            {"podLabels": {"app.kubernetes.io/instance": "x"}},
            "the chart sets the label app.kubernetes.io/instance itself",
        ),
        (
            {"commonLabels": {"app.kubernetes.io/name": "x"}},
            "the chart sets the label app.kubernetes.io/name itself",
        ),
        (
            {"extraVolumes": [{"name": "settings", "emptyDir": {}}]},
            "the chart has a volume settings itself",
        ),
        (
            {
                "topologySpreadConstraints": [
                    {"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
                ]
            },
            "maxSkew must be at least 1",
        ),
        ({"kafka": {"bootstrapServers": "kafka:99999"}}, "no port between 1 and 65535"),
    ],
)
def test_what_the_api_would_refuse_is_refused_before(values: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        render(values)


def test_an_overlay_larger_than_a_config_map_is_refused() -> None:
    with pytest.raises(Refused, match="a config map takes 1 MiB"):
        render({"policy": {"overlay": "# " + "x" * 1_000_000}})
    assert render({"policy": {"overlay": "# " + "x" * 900_000}}).of("ConfigMap")


def test_the_notes_wait_for_the_pods() -> None:
    done = helm(
        "install", "claims", str(CHART), "--dry-run=client", "--set",
        "kafka.bootstrapServers=kafka:9092",
    )  # fmt: skip
    assert "wait pods --for=condition=Ready" in done.stdout.partition("NOTES:")[2]
