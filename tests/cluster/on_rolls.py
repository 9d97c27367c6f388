"""Rolling updates: one pod at a time, stuck ones, and between the two topologies. Fault 9."""

import re
import shutil
from pathlib import Path

import pytest

from tests.cluster.api import Object, until
from tests.cluster.report import COUNTS
from tests.cluster.space import HelmFailed, Space
from tests.helm.chart import BROKERS
from tests.helm.tool import CHART

_UNREADY: Object = {"stages": {"encounter": {"image": {"tag": "unready"}}}}


def test_a_new_version_of_the_chart_restarts_no_pod(space: Space, tmp_path: Path) -> None:
    space.install(BROKERS)
    before = _ids(space)
    newer = tmp_path / "stream-edits"
    shutil.copytree(CHART, newer)
    meta = (newer / "Chart.yaml").read_text(encoding="utf-8")
    changed = re.sub(r"(?m)^version: .*$", "version: 9.9.9", meta)
    assert changed != meta
    (newer / "Chart.yaml").write_text(changed, encoding="utf-8")
    space.upgrade(BROKERS | {"commonLabels": {"team": "claims"}}, chart=newer)
    assert _ids(space) == before
    for each in space.objects("StatefulSet").values():
        assert each["metadata"]["labels"]["helm.sh/chart"] == "stream-edits-9.9.9"
        assert each["metadata"]["labels"]["team"] == "claims"
    COUNTS.answer(9, "the StatefulSets have the new version, and each pod is the same pod")


def test_a_stuck_roll_stops_at_the_first_pod(space: Space) -> None:
    space.install(BROKERS | {"replicas": 3})
    before = _ids(space)
    with pytest.raises(HelmFailed, match="edits-stream-edits-encounter"):
        space.upgrade(BROKERS | {"replicas": 3} | _UNREADY, "--timeout", "12s")
    kept = before & _ids(space)
    assert len(before - kept) == 1, "more than one pod was replaced"
    images = [pod["spec"]["containers"][0]["image"] for pod in space.pods("encounter").values()]
    assert sorted(image.endswith(":unready") for image in images) == [False, False, True]
    space.helm("rollback", "1", "--wait")
    assert space.diff() == ""
    assert kept <= _ids(space), "the rollback replaced a pod that was well"


def test_a_stuck_roll_is_healed_by_a_good_version(space: Space) -> None:
    space.install(BROKERS)
    with pytest.raises(HelmFailed):
        space.upgrade(BROKERS | _UNREADY, "--timeout", "8s")
    space.upgrade(BROKERS | {"image": {"tag": "next"}})
    images = {pod["spec"]["containers"][0]["image"] for pod in space.pods().values()}
    assert {image.rpartition(":")[2] for image in images} == {"next"}


def test_an_image_that_cannot_be_pulled_fails_the_installation(space: Space) -> None:
    with pytest.raises(HelmFailed, match="edits-stream-edits"):
        space.install(BROKERS | {"image": {"tag": "unpullable"}}, "--timeout", "8s")
    space.helm("uninstall", "--wait", "--ignore-not-found")
    space.install(BROKERS)


def test_a_changed_setting_rolls_every_pod_and_an_unchanged_one_none(space: Space) -> None:
    space.install(BROKERS)
    before = _ids(space)
    space.upgrade(BROKERS | {"settings": {"log_level": "DEBUG"}})
    after = _ids(space)
    assert not before & after
    assert len(before) == len(after)


@pytest.mark.parametrize("to", ["combined", "perStage"])
def test_a_release_changes_its_topology_and_back(to: str, space: Space) -> None:
    other = {"combined": "perStage", "perStage": "combined"}[to]
    more: Object = BROKERS | {"autoscaling": {"enabled": True, "minReplicas": 2}}
    space.install(more | {"topology": other})
    before = _objects(space)
    space.upgrade(more | {"topology": to})
    _only(space, to)
    space.helm("test")
    space.upgrade(more | {"topology": other})
    _only(space, other)
    space.helm("test")
    assert _objects(space) == before
    assert space.diff() == ""


def _only(space: Space, topology: str) -> None:
    """The objects and pods of a topology are there, and none of the other."""
    combined = topology == "combined"
    names = (
        {"edits-stream-edits"}
        if combined
        else {
            f"edits-stream-edits-{stage}"
            for stage in ("intake", "review", "encounter", "supervision")
        }
    )
    until(lambda: {_owner(name) for name in space.pods()} == names, "the old pods are gone")
    for kind in ("StatefulSet", "Service", "PodDisruptionBudget", "ScaledObject"):
        assert set(space.objects(kind)) == names


def _owner(pod: str) -> str:
    return pod.rpartition("-")[0]


def _objects(space: Space) -> set[str]:
    return {name for name in space.versions() if not name.startswith("Pod/")}


def _ids(space: Space) -> set[str]:
    return {each["metadata"]["uid"] for each in space.pods().values()}
