"""Pods: security context, termination, probes, resources."""

import pytest

from stream_edits import __version__
from stream_edits.app.wiring import Stage, stage_config
from stream_edits.service.health import HealthServer
from stream_edits.settings import Settings
from tests.helm.chart import VALUE_SETS, Object, container, render, render_set

_ENGINE = stage_config(Settings(), Stage.ENCOUNTER)


@pytest.mark.parametrize("name", VALUE_SETS)
def test_every_pod_has_a_restricted_security_context(name: str) -> None:
    pods = render_set(name).pods()
    assert len(pods) >= 3
    for pod in pods.values():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for each in spec["containers"] + spec.get("initContainers", []):
            assert each["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert each["resources"]["requests"]["memory"]
            assert each["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", VALUE_SETS)
def test_the_grace_period_is_longer_than_a_transaction(name: str) -> None:
    for each in render_set(name).of("StatefulSet").values():
        grace_s = each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert grace_s > _ENGINE.batch_budget_s + _ENGINE.transaction_budget_s


def test_a_pod_that_returns_in_time_is_still_a_member() -> None:
    settings = container(next(iter(render().pods().values())))
    assert settings["args"] == ["run", "--stage", "intake"]
    given = render().one("ConfigMap", "claims-stream-edits-settings")["data"]["settings.yaml"]
    assert "static_membership: true" in given


def test_probes_use_the_right_paths() -> None:
    probed = container(render_set("default").pods()["StatefulSet/claims-stream-edits-encounter"])
    asked = {
        probe: probed[f"{probe}Probe"]["httpGet"]["path"]
        for probe in ("startup", "liveness", "readiness")
    }
    assert asked == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}
    for probe in asked:
        assert probed[f"{probe}Probe"]["httpGet"]["port"] == probed["ports"][0]["name"] == "http"


def test_a_slow_node_has_time_to_start() -> None:
    # While the program waits for an unavailable schema registry, /healthz answers (tests/app).
    startup = container(next(iter(render().pods().values())))["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 120


def test_a_broker_outage_does_not_fail_liveness() -> None:
    # The loops continue while brokers are unavailable (tests/engine). Only a single call can block
    # one, for at most the client's timeouts, which are far below the limit of /healthz.
    deadline_s = HealthServer.__init__.__defaults__[0]  # type: ignore[index]
    assert deadline_s > _ENGINE.transaction_timeout_ms / 1000
    assert deadline_s > _ENGINE.batch_budget_s


def test_all_stages_run_once_whatever_the_topology() -> None:
    per_stage = [container(pod)["args"] for pod in _stateful(render_set("default").pods())]
    assert per_stage == [["run", "--stage", stage.value] for stage in Stage]
    combined = [container(pod)["args"] for pod in _stateful(render_set("minimal").pods())]
    assert combined == [["run"]]


def _stateful(pods: dict[str, Object]) -> list[Object]:
    return [pod for which, pod in pods.items() if which.startswith("StatefulSet/")]


@pytest.mark.parametrize("name", VALUE_SETS)
def test_selectors_match_their_own_pods_only(name: str) -> None:
    rendered = render_set(name)
    labels = {which: pod["metadata"]["labels"] for which, pod in rendered.pods().items()}
    for each, stateful_set in rendered.of("StatefulSet").items():
        selector = stateful_set["spec"]["selector"]["matchLabels"]
        assert _selected(selector, labels) == [f"StatefulSet/{each}"]
        assert stateful_set["spec"]["serviceName"] == each
        service = rendered.one("Service", each)["spec"]
        assert _selected(service["selector"], labels) == [f"StatefulSet/{each}"]
        assert service["clusterIP"] == "None"
        assert service["publishNotReadyAddresses"] is True
    for each, budget in rendered.of("PodDisruptionBudget").items():
        assert _selected(budget["spec"]["selector"]["matchLabels"], labels) == [
            f"StatefulSet/{each}"
        ]
    for each, policy in rendered.of("NetworkPolicy").items():
        jobs = [which for which in labels if which.startswith("Job/") and "topics" in which]
        expected = jobs if each.endswith("-topics") else list(labels)
        assert _selected(policy["spec"]["podSelector"]["matchLabels"], labels) == expected


def _selected(selector: Object, labels: dict[str, Object]) -> list[str]:
    return [which for which, own in labels.items() if selector.items() <= own.items()]


def test_a_budget_only_for_more_than_one_pod() -> None:
    assert render({"replicas": 1}).of("PodDisruptionBudget") == {}
    some = render({"replicas": 1, "stages": {"encounter": {"replicas": 3}}})
    assert list(some.of("PodDisruptionBudget")) == ["claims-stream-edits-encounter"]
    scaled = render({"replicas": 1, "autoscaling": {"enabled": True}})
    assert len(scaled.of("PodDisruptionBudget")) == 4
    alone = render({"autoscaling": {"enabled": True, "maxReplicas": 1}})
    assert alone.of("PodDisruptionBudget") == {}
    assert render({"podDisruptionBudget": {"enabled": False}}).of("PodDisruptionBudget") == {}


def test_pods_spread_by_their_own_labels_by_default() -> None:
    rendered = render({"stages": {"intake": {"topologySpreadConstraints": []}}})
    assert (
        "topologySpreadConstraints"
        not in rendered.pods()["StatefulSet/claims-stream-edits-intake"]["spec"]
    )
    stateful_set = rendered.one("StatefulSet", "claims-stream-edits-encounter")["spec"]
    constraints = stateful_set["template"]["spec"]["topologySpreadConstraints"]
    assert [each["labelSelector"] for each in constraints] == [stateful_set["selector"]] * 2
    own = {"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule"}
    own |= {"labelSelector": {"matchLabels": {"x": "y"}}}
    pod = render({"topologySpreadConstraints": [own]}).pods()[
        "StatefulSet/claims-stream-edits-intake"
    ]
    assert pod["spec"]["topologySpreadConstraints"] == [own]


def test_a_stage_has_its_own_resources() -> None:
    own = {"limits": {"memory": "8Gi"}}
    pods = render({"stages": {"encounter": {"resources": own}}}).pods()
    limits = {
        which: container(pod)["resources"]["limits"]["memory"]
        for which, pod in pods.items()
        if which.startswith("StatefulSet/")
    }
    usual = dict.fromkeys(limits, "2Gi")
    assert len(limits) == len(Stage)
    assert limits == usual | {"StatefulSet/claims-stream-edits-encounter": "8Gi"}


def test_a_stage_can_run_another_version_during_an_upgrade() -> None:
    rendered = render({"stages": {"supervision": {"image": {"tag": "next"}}}})
    images = [container(pod)["image"] for pod in _stateful(rendered.pods())]
    tags = [image.rpartition(":")[2] for image in images]
    assert tags == [*[__version__] * (len(Stage) - 1), "next"]


def test_extra_values_reach_the_pods() -> None:
    rendered = render_set("everything-else")
    intake = rendered.pods()["StatefulSet/claim-edits-intake"]
    assert intake["metadata"]["labels"]["tier"] == "front"
    assert intake["spec"]["volumes"][-1]["name"] == "scratch"
    assert container(intake)["volumeMounts"][-1]["mountPath"] == "/scratch"
    assert container(intake)["envFrom"]
    assert {"claims-extra", "claim-edits-more"} <= set(rendered.of("ConfigMap"))
    assert container(intake)["image"] == f"stream-edits@sha256:{'0123456789abcdef' * 4}"


def test_a_change_of_settings_or_overlay_rolls_the_pods() -> None:
    def annotations(values: Object) -> Object:
        pod = render(values).pods()["StatefulSet/claims-stream-edits-intake"]
        return dict(pod["metadata"]["annotations"])

    before = annotations({})
    assert before == annotations({"replicas": 3})
    assert before != annotations({"settings": {"batch_size": 100}})
    overlaid = annotations({"policy": {"overlay": "edits: {}"}})
    assert overlaid != annotations({"policy": {"overlay": "edits: {} # new"}})
    own = annotations({"policy": {"edits": {"policy.yaml": "id: A"}}})
    assert own != before
    assert own != annotations({"policy": {"edits": {"policy.yaml": "id: B"}}})
