"""A wrong value stops Helm before the installation, with a message that names it."""

import json
from typing import Any

import pytest

from stream_edits.settings import load_settings
from tests.helm.chart import VALUE_SETS, Refused, read_values, render, values_file
from tests.helm.tool import CHART, helm

OAUTH = {"sasl": {"mechanism": "OAUTHBEARER"}}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kafka": {"bootstrapServers": ""}}, "kafka.bootstrapServers is required"),
        ({"replicas": 7}, "replicas of encounter: 7 pods for settings.partitions = 6"),
        (
            {"settings": {"partitions": 12}, "stages": {"encounter": {"replicas": 13}}},
            "replicas of encounter: 13 pods for settings.partitions = 12",
        ),
        (
            {"topology": "combined", "replicas": 7},
            "replicas of stages: 7 pods for settings.partitions = 6",
        ),
        (
            {"topology": "combined", "stages": {"intake": {"replicas": 3}}},
            "stages.intake is for topology perStage: with combined, all stages have the common",
        ),
        (
            {"autoscaling": {"enabled": True, "minReplicas": 9}},
            "autoscaling.minReplicas of intake: 9 is above the most there may be, 6",
        ),
        ({"kafka": {"sasl": {"mechanism": "PLAIN"}}}, "kafka.sasl.existingSecret is required"),
        ({"kafka": {"sasl": {"existingSecret": "x"}}}, "kafka.sasl.mechanism is required"),
        ({"kafka": {"tls": {"ca": {"existingSecret": "x"}}}}, "kafka.tls.enabled is required"),
        (
            {"schemaRegistry": {"basicAuth": {"existingSecret": "x"}}},
            "schemaRegistry.url is required",
        ),
        (
            {"kafka": OAUTH, "autoscaling": {"enabled": True}},
            "autoscaling.authenticationRef of intake is required",
        ),
        (
            {"kafka": OAUTH, "stages": {"encounter": {"autoscaling": {"enabled": True}}}},
            "autoscaling.authenticationRef of encounter is required",
        ),
        (
            {
                "kafka": OAUTH,
                "autoscaling": {"enabled": True, "authenticationRef": "ours"},
                "stages": {"review": {"autoscaling": {"authenticationRef": ""}}},
            },
            "autoscaling.authenticationRef of review is required",
        ),
        ({"policy": {"overlay": "edits: {}", "existingConfigMap": "x"}}, "give one of them"),
        (
            {"policy": {"edits": {"policy.yaml": "x"}}, "settings": {"edits": "/edits"}},
            "policy.edits and settings.edits: give one of them",
        ),
        (
            {"metrics": {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}},
            "metrics.podMonitor and metrics.serviceMonitor: enable one of them",
        ),
        (
            {"settings": {"kafka": {"sasl.password": "x"}}},
            "settings.kafka.sasl.password is a credential",
        ),
        (
            {"settings": {"schema_registry": {"basic.auth.user.info": "x"}}},
            "settings.schema_registry.basic.auth.user.info is a credential",
        ),
        ({"settings": {"http_host": "127.0.0.1"}}, "settings.http_host: 127.0.0.1 is reachable"),
        ({"settings": {"http_host": "localhost"}}, "settings.http_host: localhost is reachable"),
        (
            {"settings": {"kafka": {"security.protocol": "SSL"}}},
            "settings.kafka.security.protocol follows from kafka.sasl and kafka.tls",
        ),
    ],
)
def test_incompatible_values_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused) as refused:
        render(values)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"replica": 2}, "replica"),
        ({"stages": {"intak": {}}}, "intak"),
        ({"stages": {"intake": {"replica": 1}}}, "replica"),
        ({"kafka": {"sasl": {"mechanism": "SCRAM"}}}, "/kafka/sasl/mechanism"),
        ({"kafka": {"bootstrapServers": "kafka"}}, "/kafka/bootstrapServers"),
        ({"settings": {"partition": 6}}, "partition"),
        ({"settings": {"partitions": "6"}}, "/settings/partitions"),
        ({"settings": {"rollup": "lenient"}}, "/settings/rollup"),
        ({"settings": {"http_port": 0}}, "/settings/http_port"),
        ({"settings": {"topics": {"passed": "x"}}}, "passed"),
        ({"settings": {"bootstrap_servers": "x:1"}}, "bootstrap_servers"),
        ({"settings": {"instance": 1}}, "instance"),
        ({"settings": {"policy": "x"}}, "policy"),
        ({"topology": "single"}, "/topology"),
        ({"image": {"digest": "sha256:1"}}, "/image/digest"),
        ({"schemaRegistry": {"url": "http://user:password@registry"}}, "/schemaRegistry/url"),
        ({"metrics": {"podMonitor": {"interval": "often"}}}, "/metrics/podMonitor/interval"),
        ({"extraEnv": [{"value": "x"}]}, "/extraEnv/0"),
    ],
)
def test_values_outside_the_schema_are_refused(values: dict[str, Any], where: str) -> None:
    with pytest.raises(Refused) as refused:
        render(values)
    output = str(refused.value)
    assert "values don't meet the specifications of the schema" in output
    assert where in output


@pytest.mark.parametrize(
    "values",
    [
        {"autoscaling": {"enabled": True, "authenticationRef": "ours"}},
        {
            "autoscaling": {"enabled": True},
            "stages": {
                stage: {"autoscaling": {"authenticationRef": "ours"}}
                for stage in ("intake", "review", "encounter", "supervision")
            },
        },
        {"stages": {"encounter": {"autoscaling": {"enabled": True, "authenticationRef": "ours"}}}},
    ],
)
def test_each_trigger_with_oauth_names_its_credentials(values: dict[str, Any]) -> None:
    scaled = render({"kafka": OAUTH} | values).of("ScaledObject").values()
    references = [
        each["authenticationRef"]["name"] for x in scaled for each in x["spec"]["triggers"]
    ]
    assert set(references) == {"ours"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "12.7.0.1"])
def test_an_address_that_probes_reach_is_accepted(host: str) -> None:
    assert render({"settings": {"http_host": host, "http_port": 1}}).of("StatefulSet")


def test_as_many_pods_as_partitions_are_allowed() -> None:
    assert render({"replicas": 6}).of("StatefulSet")


def test_the_default_number_of_partitions_is_the_programs() -> None:
    partitions = load_settings(environ={}).partitions
    without = {"settings": {"partitions": None}}
    assert render(without | {"replicas": partitions}).of("StatefulSet")
    with pytest.raises(Refused, match=f"partitions = {partitions}"):
        render(without | {"replicas": partitions + 1})


def test_a_chart_without_values_names_the_required_ones() -> None:
    done = helm("template", "claims", str(CHART))
    assert done.returncode != 0
    assert "kafka.bootstrapServers is required" in done.stderr


SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
# Kubernetes objects, and tables with keys chosen by the user.
_OPEN = {"/$defs/kubernetes", "/$defs/strings", "/$defs/list/items", "/properties/global"}
_OPEN |= {"/$defs/quantities"}
_OPEN |= {
    "/properties/settings/properties/kafka",
    "/properties/settings/properties/schema_registry",
    "/properties/extraObjects/items",
    "/properties/policy/properties/edits",
    "/$defs/containers/items",
    "/properties/metrics/properties/prometheusRule/properties/alerts",
}


def test_every_object_of_the_schema_refuses_unknown_keys() -> None:
    assert sorted(_open_tables(SCHEMA)) == sorted(_OPEN - {"/properties/extraObjects/items"})


def _open_tables(node: Any, path: str = "") -> list[str]:
    if isinstance(node, list):
        return [each for at, one in enumerate(node) for each in _open_tables(one, f"{path}/{at}")]
    if not isinstance(node, dict):
        return []
    inner = [each for key, one in node.items() for each in _open_tables(one, f"{path}/{key}")]
    is_open = node.get("type") == "object" and node.get("additionalProperties") is not False
    return [path, *inner] if is_open else inner


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    return SCHEMA["$defs"][reference.rpartition("/")[2]] if reference else node


def test_values_and_schema_have_the_same_keys() -> None:
    values = read_values(CHART / "values.yaml")
    assert _differences(values, SCHEMA) == []


def _differences(values: dict[str, Any], node: dict[str, Any], path: str = "") -> list[str]:
    """Keys that only one of both has, except where the values do not list all: in `settings`."""
    known = _resolved(node).get("properties")
    kubernetes = node.get("$ref", "").endswith(("/probe", "/resources"))
    if known is None or kubernetes or path.startswith((".stages.", ".settings")):
        return []
    only_one = set(values) ^ (set(known) - {"global"})
    found = [f"{path}.{key}" for key in only_one]
    for key, value in values.items():
        if key in known and isinstance(value, dict):
            found += _differences(value, known[key], f"{path}.{key}")
    return found


@pytest.mark.parametrize("name", VALUE_SETS)
def test_the_value_sets_have_no_defaults(name: str) -> None:
    defaults = read_values(CHART / "values.yaml")
    given = read_values(values_file(name))
    same = [key for key, value in given.items() if key != "topics" and defaults.get(key) == value]
    assert same == []
