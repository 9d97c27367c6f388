"""Names, strings and values that the API server refuses. Faults 4, 5, 7, 15 and 16."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.api import ApiError, Object
from tests.cluster.refused import REFUSED
from tests.cluster.report import COUNTS
from tests.cluster.space import NOT_OURS, SHARED, HelmFailed, Space
from tests.helm.chart import BROKERS
from tests.helm.tool import CHART

MakeSpace = Callable[..., Space]


@pytest.mark.parametrize("release", ["my.release", "4711-claims"])
def test_a_name_that_no_service_can_have_is_refused_first(
    release: str, make_space: MakeSpace
) -> None:
    space = make_space(release)
    before = space.versions()
    with pytest.raises(HelmFailed, match="set fullnameOverride"):
        space.install(BROKERS)
    assert space.versions() == before, "something was created"
    with pytest.raises(ApiError, match=r"DNS-1035|must consist of lower case"):
        space.add("Service", release, spec={"ports": [{"port": 80}]})
    COUNTS.answer(
        4, f"`{release}` is refused before the job, as the API server refuses its Service"
    )


@pytest.mark.parametrize("length", [40, 53])
def test_a_name_as_long_as_helm_allows_is_installed(length: int, make_space: MakeSpace) -> None:
    space = make_space("a" * 39 + "-" + "b" * (length - 40))
    space.release = space.release.rstrip("-")
    space.install(BROKERS)
    space.helm("test")
    assert len(space.pods()) == 8


@pytest.mark.parametrize("trap", ["4711", "on", "1e5"])
def test_strings_that_look_like_numbers_are_installed(trap: str, make_space: MakeSpace) -> None:
    space = make_space(trap)
    space.install(
        {
            "fullnameOverride": "edits",
            "kafka": {
                "bootstrapServers": "kafka:9092",
                "sasl": {"mechanism": "PLAIN", "existingSecret": trap, "usernameKey": trap},
                "tls": {"enabled": True, "ca": {"existingSecret": trap, "key": trap}},
            },
            "autoscaling": {"enabled": True},
            "podAnnotations": {"note": trap},
            "podLabels": {"note": trap},
            "commonLabels": {"team": trap},
        }
    )
    space.helm("test")
    for pod in space.pods().values():
        labels = pod["metadata"]["labels"]
        assert (labels["app.kubernetes.io/instance"], labels["note"]) == (trap, trap)
    COUNTS.answer(5, f"`{trap}` is stored as text")


def test_two_releases_of_one_name_share_a_namespace(make_space: MakeSpace) -> None:
    values = BROKERS | _monitored()
    one, other = make_space(), make_space()
    one.install(values)
    other.install(values)
    both = _shared(one)
    of_one = {name for name in both if name.partition("/")[2].startswith(f"{one.name}-")}
    assert len(both) == 2 * len(of_one) == 8
    other.helm("uninstall", "--wait")
    assert _shared(one) == of_one
    assert one.diff() == ""
    COUNTS.answer(7, "both are installed, and one uninstallation leaves the objects of the other")


def test_two_releases_live_in_one_namespace(make_space: MakeSpace) -> None:
    space = make_space()
    space.install(BROKERS)
    first = space.versions()
    space.release = "more"
    space.install(BROKERS | {"settings": {"group_prefix": "more"}})
    space.helm("uninstall", "--wait")
    after = space.versions()
    # A stage that becomes quiet after its budget was counted is a status and no change of ours.
    assert {name for name in first if name not in after} == set()
    assert first.keys() == after.keys()
    space.release = "edits"


@pytest.mark.parametrize(
    ("what", "values", "ours", "theirs"), REFUSED, ids=[each[0] for each in REFUSED]
)
def test_what_the_api_refuses_is_refused_first(
    what: str, values: dict[str, Any], ours: str, theirs: str, space: Space, tmp_path: Path
) -> None:
    before = space.versions()
    with pytest.raises(HelmFailed, match=ours):
        space.install(BROKERS | values)
    assert space.versions() == before, "something was created"
    with pytest.raises(HelmFailed, match=theirs):
        space.install(BROKERS | values, chart=_unchecked(tmp_path))
    COUNTS.answer(15, f"{what}: refused before the API server would")


def _unchecked(folder: Path) -> Path:
    """The chart without its checks, so that the API server is asked."""
    chart = folder / "stream-edits"
    shutil.copytree(CHART, chart)
    (chart / "values.schema.json").unlink()
    template = chart / "templates" / "statefulset.yaml"
    check = '{{- include "stream-edits.validate" . }}\n'
    text = template.read_text(encoding="utf-8")
    assert text.count(check) == 1
    template.write_text(text.replace(check, ""), encoding="utf-8")
    return chart


def test_ipv6_brokers_open_their_ports_only(space: Space) -> None:
    brokers = "[fd00::1]:9092,[fd00::2]:9093"
    limited: Object = {"networkPolicy": {"enabled": True}}
    space.install({"kafka": {"bootstrapServers": brokers}} | limited)
    (policy,) = space.objects("NetworkPolicy").values()
    assert [port["port"] for port in policy["spec"]["egress"][1]["ports"]] == [9092, 9093]
    COUNTS.answer(16, "the live policy opens 9092 and 9093 only")


def _monitored() -> Object:
    metrics: Object = {
        part: {"enabled": True, "namespace": SHARED} for part in ("podMonitor", "prometheusRule")
    }
    return {"metrics": metrics, "dashboards": {"enabled": True, "namespace": SHARED}}


def _shared(space: Space) -> set[str]:
    """The objects of the releases that live in SHARED, by `kind/name`."""
    shared = Space(space.plane, space.api, SHARED, space.counts)
    kinds = ("PodMonitor", "PrometheusRule", "ConfigMap")
    found = {f"{kind}/{name}" for kind in kinds for name in shared.objects(kind)}
    return found - NOT_OURS
