"""The job that runs before an installation or upgrade. Faults 3, 10, 11, 13, 14."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cluster.api import Object, path_of, until
from tests.cluster.control_plane import ControlPlane
from tests.cluster.cycle import changes
from tests.cluster.report import COUNTS
from tests.cluster.space import HelmFailed, Space
from tests.helm.chart import BROKERS
from tests.helm.tool import CHART

_JOB = "edits-stream-edits-topics"
_FAILING: Object = {"image": {"tag": "failing"}, "topics": {"backoffLimit": 0}}
_SAID = "claims.events keeps records for 7 days and not for ten years"


@pytest.fixture
def _words(plane: ControlPlane) -> Iterator[None]:
    plane.say(_SAID)
    yield
    plane.say("")


@pytest.mark.usefixtures("_words")
def test_a_failing_job_says_why_and_nothing_is_installed(space: Space) -> None:
    with pytest.raises(HelmFailed) as failed:
        space.install(BROKERS | _FAILING)
    assert _SAID in str(failed.value)
    assert "status: Failed" in str(failed.value)
    assert space.objects("StatefulSet") == {}


@pytest.mark.usefixtures("_words")
def test_a_failing_job_stops_an_upgrade_before_any_pod_rolls(space: Space) -> None:
    space.install(BROKERS)
    before = space.versions()
    with pytest.raises(HelmFailed, match=_SAID):
        space.upgrade(BROKERS | _FAILING)
    changed = changes(before, space.versions())
    assert all(name.startswith((f"Job/{_JOB}", f"Pod/{_JOB}")) for name in changed), changed
    space.helm("rollback", "1", "--wait")
    assert space.diff() == ""


def test_the_overlay_is_checked_before_topics_and_pods(space: Space, plane: ControlPlane) -> None:
    space.install(BROKERS)
    before = space.versions()
    overlaid: Object = {"policy": {"overlay": "edits: {no-such-edit: {}}"}}
    plane.say("no-such-edit: there is no such edit")
    try:
        with pytest.raises(HelmFailed, match="no-such-edit: there is no such edit"):
            space.upgrade(BROKERS | overlaid | {"image": {"tag": "failing"}})
    finally:
        plane.say("")
    checked = "edits-stream-edits-policy-check"
    assert list(space.objects("Job")) == [checked]
    changed = changes(before, space.versions())
    assert all(name.startswith((f"Job/{checked}", f"Pod/{checked}")) for name in changed), changed
    space.upgrade(BROKERS | overlaid)


def test_the_job_has_the_ports_of_its_own_release(space: Space) -> None:
    limited: Object = {"networkPolicy": {"enabled": True}}
    space.install(BROKERS | limited)
    moved: Object = {"kafka": {"bootstrapServers": "kafka:9093"}, "image": {"tag": "unready"}}
    with _running(space, limited | moved):
        policies = space.objects("NetworkPolicy")
        assert _ports(policies["edits-stream-edits"]) == [9092]
        assert _ports(policies[_JOB]) == [9093]
        (pod,) = _pods_of_the_job(space)
        wanted = policies[_JOB]["spec"]["podSelector"]["matchLabels"]
        assert wanted.items() <= pod["metadata"]["labels"].items()
    COUNTS.answer(3, "while the job runs, a policy of its own selects it and opens the new port")


def test_a_failed_job_is_removed_after_its_time(space: Space) -> None:
    kept: Object = {"topics": {"backoffLimit": 0, "ttlSecondsAfterFinished": 5}}
    with pytest.raises(HelmFailed):
        space.install(BROKERS | {"image": {"tag": "failing"}} | kept)
    assert list(space.objects("Job")) == [_JOB]
    space.helm("uninstall")
    assert list(space.objects("Job")) == [_JOB], "the log is gone with the release"
    until(lambda: not space.objects("Job") and not space.objects("Pod"), "the job is removed")
    COUNTS.answer(10, "the job outlives `helm uninstall` for its log, and its TTL removes it")


def test_the_job_ends_before_helm_gives_up(space: Space) -> None:
    slow: Object = {"image": {"tag": "unready"}, "topics": {"activeDeadlineSeconds": 4}}
    with pytest.raises(HelmFailed, match=r"edits-topics not ready. status: Failed") as failed:
        space.install(BROKERS | slow, "--timeout", "60s")
    assert "timed out" not in str(failed.value)
    conditions = space.objects("Job")[_JOB]["status"]["conditions"]
    assert {each["reason"] for each in conditions} == {"DeadlineExceeded"}
    COUNTS.answer(11, "the job ends first (`DeadlineExceeded`), and Helm names it as failed")


def test_the_default_deadline_is_below_helms_timeout(space: Space) -> None:
    with _running(space, BROKERS | {"image": {"tag": "unready"}}, action="install"):
        assert space.objects("Job")[_JOB]["spec"]["activeDeadlineSeconds"] == 240


def test_a_secret_in_extra_objects_comes_after_the_job(space: Space) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login"}}
    values: Object = BROKERS | {"extraObjects": [secret]}
    with _running(space, values | {"image": {"tag": "unready"}}, action="install"):
        assert "login" not in space.objects("Secret")
    space.helm("uninstall", "--ignore-not-found")
    space.install(values)
    assert "login" in space.objects("Secret")
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    assert "The topics job runs before `extraObjects` are created." in readme
    COUNTS.answer(13, "not there while the job runs, as the chart's README says")


def test_a_quota_on_cpu_limits_needs_limits(space: Space) -> None:
    space.add("ResourceQuota", "cpu", spec={"hard": {"limits.cpu": "20"}})
    short: Object = {"topics": {"activeDeadlineSeconds": 5}}
    with pytest.raises(HelmFailed):
        space.install(BROKERS | short)
    assert "must specify limits.cpu" in space.events("Job")
    space.helm("uninstall", "--ignore-not-found")
    limits: Object = {"limits": {"cpu": "1"}}
    space.install(BROKERS | {"resources": limits, "topics": {"resources": limits}})
    space.helm("test")
    COUNTS.answer(14, "with `limits.cpu` in both resources, installed and tested under the quota")


@contextmanager
def _running(space: Space, values: Object, action: str = "upgrade") -> Iterator[None]:
    """While the job of an installation or upgrade runs: its image must be one that never ends."""
    file = space.plane.folder / f"{space.name}.json"
    file.write_text(json.dumps(values))
    helm = space.begin(action, str(CHART), "--values", str(file), "--timeout", "60s")
    try:
        until(lambda: _pods_of_the_job(space), "the job has a pod")
        yield
    finally:
        # Helm stops waiting when its job is gone, and would otherwise wait until its timeout.
        helm.terminate()
        helm.communicate(timeout=30)
        space.api.delete(path_of("Job", space.name, _JOB) + "?propagationPolicy=Background")


def _pods_of_the_job(space: Space) -> list[Object]:
    return [pod for name, pod in space.objects("Pod").items() if name.startswith(f"{_JOB}-")]


def _ports(policy: Object) -> list[int]:
    return [port["port"] for port in policy["spec"]["egress"][1]["ports"]]
