"""Who sets the number of pods: the values, `kubectl scale`, or an autoscaler. Faults 1, 2, 12."""

import pytest

from tests.cluster.api import ApiError, Object, path_of, until
from tests.cluster.cycle import changes
from tests.cluster.report import COUNTS
from tests.cluster.space import HelmFailed, Space
from tests.helm.chart import BROKERS, values_file

AUTOSCALER = "kube-controller-manager"
_STAGES = ("intake", "review", "encounter", "supervision")
_NAMES = [f"edits-stream-edits-{stage}" for stage in _STAGES]


def _autoscaled(**more: int) -> Object:
    return BROKERS | {"replicas": 6, "autoscaling": {"enabled": True, "minReplicas": 3} | more}


def test_turning_autoscaling_on_keeps_every_pod(space: Space) -> None:
    space.install(BROKERS | {"replicas": 6})
    before = _ids(space)
    assert len(before) == 24
    space.upgrade(_autoscaled())
    assert space.replicas() == dict.fromkeys(_NAMES, 6)
    assert _ids(space) == before
    COUNTS.answer(1, "24 pods before and after, each the same pod")


def test_a_new_autoscaled_release_starts_with_its_minimum(space: Space) -> None:
    space.install(values_file("production"))
    assert space.replicas() == dict(zip(_NAMES, (2, 3, 3, 2), strict=True))
    assert len(space.pods()) == 10
    COUNTS.answer(1, "a new release has `minReplicas` pods")


def test_an_upgrade_keeps_the_number_that_an_autoscaler_set(space: Space) -> None:
    space.install(_autoscaled())
    space.scale(_NAMES[2], 5, AUTOSCALER)
    until(lambda: len(_ready(space, "encounter")) == 5, "five encounter pods are ready")
    before = _ids(space)
    space.upgrade(_autoscaled(lagThreshold=9000))
    assert space.replicas() == dict.fromkeys(_NAMES, 3) | {_NAMES[2]: 5}
    assert _ids(space) == before
    (scaled,) = {each["spec"]["maxReplicaCount"] for each in space.objects("ScaledObject").values()}
    assert scaled == 6
    space.upgrade(_autoscaled() | {"image": {"tag": "next"}})
    assert space.replicas()[_NAMES[2]] == 5


def test_turning_autoscaling_off_needs_the_number_of_the_values(space: Space) -> None:
    space.install(_autoscaled())
    space.scale(_NAMES[0], 4, AUTOSCALER)
    before = space.versions()
    with pytest.raises(HelmFailed, match=f"{_NAMES[0]} has 4 replicas, set by {AUTOSCALER}"):
        space.upgrade(BROKERS | {"replicas": 3})
    assert changes(before, space.versions()) == set()
    space.scale(_NAMES[0], 3, AUTOSCALER)
    space.upgrade(BROKERS | {"replicas": 3})
    assert space.objects("ScaledObject") == {}
    assert space.replicas() == dict.fromkeys(_NAMES, 3)


def test_an_upgrade_after_kubectl_scale_is_refused_whole(space: Space) -> None:
    space.install(BROKERS)
    done = space.kubectl("scale", "statefulset", _NAMES[0], "--replicas=4")
    assert done.returncode == 0, done.stdout
    until(lambda: len(_ready(space, "intake")) == 4, "four intake pods are ready")
    before = space.versions()
    with pytest.raises(HelmFailed, match=r"Nothing was changed. Run `kubectl .* --replicas=2`"):
        space.upgrade(BROKERS | {"image": {"tag": "next"}})
    assert changes(before, space.versions()) == set()
    space.kubectl("scale", "statefulset", _NAMES[0], "--replicas=2")
    space.upgrade(BROKERS | {"image": {"tag": "next"}})
    space.helm("rollback", "1", "--wait")
    COUNTS.answer(2, "refused before any object changed; after `kubectl scale` back, accepted")


def test_an_upgrade_to_the_scaled_number_is_accepted(space: Space) -> None:
    space.install(BROKERS)
    space.kubectl("scale", "statefulset", _NAMES[0], "--replicas=4")
    space.upgrade(BROKERS | {"stages": {"intake": {"replicas": 4}}})
    assert space.replicas()[_NAMES[0]] == 4
    COUNTS.answer(2, "an upgrade to the scaled number is accepted")


def test_more_replicas_in_the_values_only_add_pods(space: Space) -> None:
    space.install(BROKERS)
    before = _ids(space)
    space.upgrade(BROKERS | {"replicas": 3})
    after = _ids(space)
    assert before < after
    assert len(after) == 12


def test_a_changed_name_is_refused_whole(space: Space) -> None:
    space.install(BROKERS)
    before = space.versions()
    fixed = {"fullnameOverride": "edits-stream-edits", "nameOverride": "other"}
    with pytest.raises(HelmFailed, match="nameOverride cannot change while StatefulSet"):
        space.upgrade(BROKERS | fixed)
    assert changes(before, space.versions()) == set()
    with pytest.raises(ApiError, match="updates to statefulset spec"):
        space.api.patch(
            path_of("StatefulSet", space.name, _NAMES[0]),
            {"spec": {"selector": {"matchLabels": {"app.kubernetes.io/name": "other"}}}},
        )
    COUNTS.answer(12, "refused before any object changed; the API server itself forbids the update")


def _ids(space: Space) -> set[str]:
    return {each["metadata"]["uid"] for each in space.pods().values()}


def _ready(space: Space, component: str) -> list[str]:
    return [
        name
        for name, pod in space.pods(component).items()
        if any(each.get("ready") for each in pod["status"].get("containerStatuses", []))
    ]
