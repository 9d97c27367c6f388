"""Every set of values renders valid Kubernetes objects, and lints without a warning."""

import copy

import pytest

from tests.helm.chart import VALUE_SETS, Object, render, render_set, values_file
from tests.helm.resources import VERSIONS, faults
from tests.helm.tool import CHART, helm


def test_there_are_value_sets() -> None:
    assert {"default", "minimal", "production"} <= set(VALUE_SETS)
    assert len(VALUE_SETS) >= 5


@pytest.mark.parametrize("name", VALUE_SETS)
def test_lint_has_no_findings(name: str) -> None:
    done = helm("lint", "--strict", "--quiet", str(CHART), "--values", str(values_file(name)))
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", VALUE_SETS)
def test_every_object_is_accepted(name: str, version: str) -> None:
    for each in render_set(name).objects:
        assert faults(each, version) == [], f"{each['kind']}/{each['metadata']['name']}"


def test_every_kind_of_object_is_in_some_set() -> None:
    kinds = {each["kind"] for name in VALUE_SETS for each in render_set(name).objects}
    assert kinds >= {
        *("StatefulSet", "Service", "ServiceAccount", "ConfigMap", "PodDisruptionBudget", "Job"),
        *("Pod", "NetworkPolicy", "ScaledObject", "TriggerAuthentication"),
        *("PodMonitor", "ServiceMonitor", "PrometheusRule"),
    }


def _broken(kind: str, values: str) -> Object:
    return copy.deepcopy(next(iter(render_set(values).of(kind).values())))


def test_the_check_itself_finds_errors() -> None:
    job = _broken("Job", "default")
    job["spec"]["backoffLimit"] = "4"
    assert faults(job, VERSIONS[0])
    stateful_set = _broken("StatefulSet", "default")
    stateful_set["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    assert faults(stateful_set, VERSIONS[0])
    scaled = _broken("ScaledObject", "production")
    del scaled["spec"]["scaleTargetRef"]
    assert faults(scaled, VERSIONS[0])
    monitor = _broken("PodMonitor", "production")
    monitor["spec"]["podMetricsEndpoints"][0]["intervall"] = "30s"
    assert faults(monitor, VERSIONS[0]) == [".spec.podMetricsEndpoints[0].intervall: unknown"]


@pytest.mark.parametrize("name", VALUE_SETS)
def test_names_are_unique_and_labels_present(name: str) -> None:
    objects = [each for each in render_set(name).objects if "labels" in each["metadata"]]
    names = [(each["kind"], each["metadata"]["name"]) for each in objects]
    assert len(set(names)) == len(names)
    for each in objects:
        assert each["metadata"]["labels"]["app.kubernetes.io/instance"] == "claims"


def test_a_long_release_name_leaves_room_for_what_kubernetes_appends() -> None:
    # A pod's label controller-revision-hash is the StatefulSet's name plus eleven characters.
    rendered = render({"fullnameOverride": "x" * 60})
    assert all(len(name) <= 52 for name in rendered.of("StatefulSet"))


def test_the_chart_is_of_this_version() -> None:
    from stream_edits import __version__

    chart = (CHART / "Chart.yaml").read_text(encoding="utf-8")
    assert f'appVersion: "{__version__}"' in chart
