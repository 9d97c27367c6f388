"""Drains: what the Eviction API allows under the PodDisruptionBudgets. Faults 6 and 8."""

from collections.abc import Iterator

import pytest

from tests.cluster.api import Api, ApiError, Object, until
from tests.cluster.control_plane import NODES
from tests.cluster.report import COUNTS
from tests.cluster.space import HelmFailed, Space
from tests.helm.chart import BROKERS

_TOO_MANY = 429
_TAINT = {"key": "claims", "value": "only", "effect": "NoSchedule"}


@pytest.fixture
def _tainted(api: Api) -> Iterator[None]:
    for node in NODES:
        api.patch(f"/api/v1/nodes/{node}", {"spec": {"taints": [_TAINT]}})
    yield
    for node in NODES:
        api.patch(f"/api/v1/nodes/{node}", {"spec": {"taints": None}})


def test_one_pod_of_a_stage_may_be_evicted_at_a_time(space: Space) -> None:
    space.install(BROKERS)
    first, second = sorted(space.pods("encounter"))
    until(lambda: _allowed(space, "encounter") == 1, "the budget has counted its pods")
    space.evict(first)
    with pytest.raises(ApiError, match="disruption budget") as refused:
        space.evict(second)
    assert refused.value.code == _TOO_MANY
    # Each stage has a budget of its own.
    until(lambda: _allowed(space, "intake") == 1, "the budget has counted its pods")
    space.evict(sorted(space.pods("intake"))[0])
    until(lambda: _allowed(space, "encounter") == 1, "the evicted pod is back")
    space.evict(second)


def test_a_combined_release_has_one_budget(space: Space) -> None:
    space.install(BROKERS | {"topology": "combined", "replicas": 3})
    until(lambda: _allowed(space, "stages") == 1, "the budget has counted its pods")
    first, second, _ = sorted(space.pods())
    space.evict(first)
    with pytest.raises(ApiError) as refused:
        space.evict(second)
    assert refused.value.code == _TOO_MANY


def test_one_pod_alone_has_no_budget(space: Space) -> None:
    space.install(BROKERS | {"replicas": 1})
    assert space.objects("PodDisruptionBudget") == {}
    for pod in space.pods():
        space.evict(pod)


def test_pods_that_are_not_ready_do_not_hold_up_a_drain(space: Space) -> None:
    space.install(BROKERS)
    with pytest.raises(HelmFailed):
        space.upgrade(BROKERS | _stage_image("encounter", "unready"), "--timeout", "8s")
    unready = [name for name, pod in space.pods("encounter").items() if not _is_ready(pod)]
    assert len(unready) == 1
    until(lambda: _allowed(space, "encounter") == 0, "the budget has counted its pods")
    space.evict(unready[0])
    (ready,) = set(space.pods("encounter")) - set(unready)
    with pytest.raises(ApiError) as refused:
        space.evict(ready)
    assert refused.value.code == _TOO_MANY
    COUNTS.answer(8, "200 for the pod that is not ready, 429 for the one that is")


def test_a_node_is_drained_and_every_pod_comes_back(space: Space) -> None:
    space.install(BROKERS)
    before = {name: pod["metadata"]["uid"] for name, pod in space.pods().items()}
    node = next(iter(space.pods().values()))["spec"]["nodeName"]
    try:
        done = space.kubectl("drain", node, "--ignore-daemonsets", "--force", "--timeout=60s")
        assert done.returncode == 0, done.stdout
        until(lambda: _all_ready(space, len(before)), "every pod is ready elsewhere")
        pods = space.pods()
        assert node not in {pod["spec"]["nodeName"] for pod in pods.values()}
        assert pods.keys() == before.keys()
    finally:
        space.kubectl("uncordon", node)


@pytest.mark.usefixtures("_tainted")
def test_every_pod_tolerates_what_the_values_tolerate(space: Space) -> None:
    tolerant: Object = {
        "tolerations": [{"key": "claims", "operator": "Exists"}],
        "nodeSelector": {"topology.kubernetes.io/zone": "zone-2"},
    }
    space.install(BROKERS | tolerant)
    space.helm("test")
    assert {pod["spec"]["nodeName"] for pod in space.pods().values()} == {"node-2"}
    COUNTS.answer(6, "`helm test` passes on tainted nodes of one zone")


def _allowed(space: Space, component: str) -> int:
    """How many more pods may be evicted, once the budget knows of its pods."""
    (budget,) = [
        each
        for each in space.objects("PodDisruptionBudget").values()
        if each["metadata"]["labels"]["app.kubernetes.io/component"] == component
    ]
    status = budget.get("status", {})
    if status.get("observedGeneration") != budget["metadata"]["generation"]:
        return -1
    allowed: int = status["disruptionsAllowed"]
    return allowed


def _stage_image(stage: str, tag: str) -> Object:
    return {"stages": {stage: {"image": {"tag": tag}}}}


def _all_ready(space: Space, number: int) -> bool:
    pods = space.pods().values()
    return len(pods) == number and all(_is_ready(pod) for pod in pods)


def _is_ready(pod: Object) -> bool:
    return any(
        each["type"] == "Ready" and each["status"] == "True"
        for each in pod["status"].get("conditions", [])
    )
