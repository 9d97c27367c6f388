"""Values that only some pods use are checked by the chart: no hook would meet them first."""

from typing import Any

import pytest

from tests.helm.chart import Refused, render

_SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"livenessProbe": {"periodSeconds": -5}}, "/livenessProbe/periodSeconds"),
        ({"startupProbe": {"failureTreshold": 3}}, "failureTreshold"),
        ({"readinessProbe": {"exec": {"command": ["true"]}}}, "/readinessProbe"),
        ({"readinessProbe": {"httpGet": None}}, "/readinessProbe"),
        (
            {"topologySpreadConstraints": [_SPREAD | {"whenUnsatisfiable": "Maybe"}]},
            "/topologySpreadConstraints/0/whenUnsatisfiable",
        ),
        (
            {"stages": {"review": {"topologySpreadConstraints": [{"maxSkew": 1}]}}},
            "/stages/review/topologySpreadConstraints/0",
        ),
        ({"resources": {"request": {"cpu": 1}}}, "request"),
        ({"topics": {"resources": {"limit": {"cpu": 1}}}}, "limit"),
        ({"image": {"tag": "a b"}}, "/image/tag"),
        ({"image": {"repository": "registry.example/stream-edits:1"}}, "/image/repository"),
        ({"image": {"repository": "x:1"}}, "/image/repository"),
        ({"stages": {"intake": {"image": {"tag": "-1"}}}}, "/stages/intake/image/tag"),
        ({"settings": None}, "settings"),
        ({"kafka": {"tls": None}}, "tls"),
    ],
)
def test_what_no_object_may_have_is_refused_by_the_schema(
    values: dict[str, Any], where: str
) -> None:
    with pytest.raises(Refused) as refused:
        render(values)
    output = str(refused.value)
    assert "values don't meet the specifications of the schema" in output
    assert where in output


@pytest.mark.parametrize(
    "values",
    [
        {"readinessProbe": {"httpGet": None, "exec": {"command": ["true"]}}},
        {"startupProbe": {"initialDelaySeconds": 0}},
        {"topologySpreadConstraints": [_SPREAD | {"minDomains": 2, "nodeTaintsPolicy": "Honor"}]},
        {"image": {"repository": "registry.example:5000/claims/stream-edits", "tag": "1.0-rc_1"}},
        {"image": {"repository": "library/stream__edits"}},
        {"podAnnotations": {"Example.com/Note": "any text", "note": ""}},
        {"podLabels": {"example.com/team": "claims"}},
        {"resources": None, "affinity": None},
        {"resources": {"limits": {"example.com/gpu": 1}}},
        {"schemaRegistry": {"url": "https://registry:65535"}},
    ],
)
def test_what_the_cluster_takes_is_accepted(values: dict[str, Any]) -> None:
    assert render({"networkPolicy": {"enabled": True}} | values).of("StatefulSet")


@pytest.mark.parametrize("port", ["0", "99999"])
def test_a_port_of_the_registry_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(Refused, match=f"schemaRegistry.url: {port} is not a port"):
        render({"schemaRegistry": {"url": f"https://registry:{port}"}})


def test_own_edits_fit_in_a_config_map() -> None:
    files = {f"edit-{n}/policy.yaml": "# " + "x" * 300_000 for n in range(4)}
    with pytest.raises(Refused, match=r"policy.edits has 12000\d\d bytes"):
        render({"policy": {"edits": files}})
    del files["edit-0/policy.yaml"]
    assert render({"policy": {"edits": files}}).of("ConfigMap")
    twins = {"a/policy.yaml": "x", "a--policy.yaml": "x"}
    with pytest.raises(Refused, match="would be one key of the config map"):
        render({"policy": {"edits": twins}})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"podAnnotations": {"bad key!": "x"}}, "podAnnotations of encounter: .*bad key!"),
        ({"podLabels": {"a/b/c": "x"}}, "podLabels of encounter: .*a/b/c"),
        ({"commonLabels": {"Example.com/x": "y"}}, "commonLabels: .*Example.com/x"),
        ({"nodeSelector": {"": "x"}}, "nodeSelector of encounter: "),
        ({"stages": {"review": {"podLabels": {"x" * 64: ""}}}}, "podLabels of review: "),
        ({"serviceAccount": {"annotations": {"/role": "x"}}}, "serviceAccount.annotations: "),
        ({"metrics": {"podMonitor": {"labels": {"-x": ""}}}}, "metrics.podMonitor.labels: "),
    ],
)
def test_a_key_that_none_may_have_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message + ".*is not a valid key"):
        render(values)
