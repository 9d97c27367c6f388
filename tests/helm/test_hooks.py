"""The jobs before an installation or upgrade: what they check, and what their pods look like."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from stream_edits.cli import cli
from tests.helm.chart import VALUE_SETS, Object, Refused, container, render, render_set
from tests.helm.tool import CHART, helm

_JOB = "claims-stream-edits-policy-check"
_OVERLAY = """\
edits:
  units-over-maximum:
    maximum_units:
      2026-01-01:
        reference: Plan memo 2026-01
        value: {"96361": 6}
"""


def _mounted(values: dict[str, Any], folder: Path) -> list[str]:
    """The arguments of the job's container, with its config maps as files under `folder`."""
    rendered = render(values)
    pod = rendered.one("Job", _JOB)["spec"]["template"]
    volumes = {each["name"]: each for each in pod["spec"]["volumes"]}
    for mount in container(pod, "policy")["volumeMounts"]:
        source = volumes[mount["name"]]["configMap"]
        data = rendered.one("ConfigMap", source["name"])["data"]
        paths = {each["key"]: each["path"] for each in source.get("items", [])}
        for key, text in data.items():
            file = folder / mount["mountPath"].lstrip("/") / paths.get(key, key)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("/etc/", f"{folder}/etc/"), encoding="utf-8")
    settings = folder / "etc" / "stream-edits" / "settings" / "settings.yaml"
    return ["--settings", str(settings), *container(pod, "policy")["args"]]


def test_a_good_overlay_passes_the_job(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, _mounted({"policy": {"overlay": _OVERLAY}}, tmp_path))
    assert done.exit_code == 0, done.output
    assert "units-over-maximum" in done.output


def test_a_wrong_overlay_fails_the_job_and_says_where(tmp_path: Path) -> None:
    wrong = _OVERLAY.replace("maximum_units", "maximum_unit")
    done = CliRunner().invoke(cli, _mounted({"policy": {"overlay": wrong}}, tmp_path))
    assert done.exit_code != 0
    assert "maximum_unit" in done.output


def test_wrong_edits_of_the_plan_fail_the_job(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, _mounted({"policy": {"edits": {"own/policy.yaml": "nothing: here"}}}, tmp_path)
    )
    assert done.exit_code != 0, done.output


def test_the_overlay_is_checked_before_topics_and_pods() -> None:
    rendered = render({"policy": {"overlay": _OVERLAY}})
    weights = {
        name: int(job["metadata"]["annotations"]["helm.sh/hook-weight"])
        for name, job in rendered.of("Job").items()
    }
    assert weights[_JOB] < weights["claims-stream-edits-topics"]
    for name in (_JOB, f"{_JOB}-edits"):
        for each in rendered.of("ConfigMap").values():
            if each["metadata"]["name"] == name:
                assert int(each["metadata"]["annotations"]["helm.sh/hook-weight"]) < weights[_JOB]
    existing = render({"policy": {"existingConfigMap": "plan"}}).one("Job", _JOB)
    volumes = existing["spec"]["template"]["spec"]["volumes"]
    assert {"name": "policy", "configMap": {"name": "plan"}} in volumes


def test_each_job_has_its_own_retries_and_both_share_the_rest() -> None:
    shared = {"activeDeadlineSeconds": 100, "ttlSecondsAfterFinished": 60}
    resources = {"requests": {"cpu": "60m"}}
    rendered = render(
        {
            "policy": {"overlay": _OVERLAY, "backoffLimit": 0},
            "topics": {
                **shared,
                "backoffLimit": 7,
                "annotations": {"a": "b"},
                "resources": resources,
            },
        }
    )
    for name, component, retries in (
        (_JOB, "policy", 0),
        ("claims-stream-edits-topics", "topics", 7),
    ):
        job = rendered.one("Job", name)
        assert job["spec"]["backoffLimit"] == retries
        assert {key: job["spec"][key] for key in shared} == shared
        assert job["metadata"]["annotations"]["a"] == "b"
        asked = container(job["spec"]["template"], component)["resources"]
        assert asked["requests"]["cpu"] == "60m"


def test_by_default_the_check_of_the_policy_is_tried_twice() -> None:
    rendered = render({"policy": {"overlay": _OVERLAY}})
    retries = {name: job["spec"]["backoffLimit"] for name, job in rendered.of("Job").items()}
    assert retries == {_JOB: 1, "claims-stream-edits-topics": 4}
    with pytest.raises(Refused, match="backoffLimit"):
        render({"policy": {"backoffLimit": -1}})


@pytest.mark.parametrize("policy", [{}, {"overlay": _OVERLAY, "check": False}])
def test_without_an_overlay_or_the_check_there_is_no_job(policy: Object) -> None:
    assert list(render({"policy": policy}).of("Job")) == ["claims-stream-edits-topics"]


@pytest.mark.parametrize("name", VALUE_SETS)
def test_helm_prints_the_log_of_what_failed(name: str) -> None:
    rendered = render_set(name)
    for each in [*rendered.of("Job").values(), rendered.one("Pod")]:
        assert each["metadata"]["annotations"]["helm.sh/hook-output-log-policy"] == "hook-failed"


def test_hooks_have_the_labels_and_annotations_of_the_pods() -> None:
    rendered = render(
        {
            "policy": {"overlay": _OVERLAY},
            "commonLabels": {"team": "common", "cost": "1"},
            "podLabels": {"team": "claims", "mesh": "yes"},
            "podAnnotations": {"sidecar.istio.io/inject": "true", "note": "x"},
            "topics": {
                "podLabels": {"mesh": "no"},
                "podAnnotations": {"sidecar.istio.io/inject": "false"},
            },
        }
    )
    hooks = {name: pod for name, pod in rendered.pods().items() if "StatefulSet" not in name}
    assert len(hooks) == 3
    for pod in hooks.values():
        labels, annotations = pod["metadata"]["labels"], pod["metadata"]["annotations"]
        assert (labels["team"], labels["mesh"]) == ("claims", "no")
        assert (annotations["sidecar.istio.io/inject"], annotations["note"]) == ("false", "x")
    for each in rendered.of("StatefulSet").values():
        meta = each["spec"]["template"]["metadata"]
        assert meta["labels"]["mesh"] == "yes"
        assert meta["annotations"]["sidecar.istio.io/inject"] == "true"
    with pytest.raises(Refused, match=r"topics\.podLabels: the chart sets the label"):
        render({"topics": {"podLabels": {"app.kubernetes.io/component": "x"}}})


def test_sidecars_and_init_containers_join_the_stages() -> None:
    first = {"name": "first", "image": "busybox:1", "command": ["true"]}
    proxy = {"name": "proxy", "image": "envoy:1"}
    rendered = render({"initContainers": [first], "sidecars": [proxy]})
    for name, pod in rendered.pods().items():
        spec = pod["spec"]
        if name.startswith("StatefulSet/"):
            assert spec["initContainers"] == [first]
            assert [each["name"] for each in spec["containers"]] == ["stream-edits", "proxy"]
        else:
            assert "initContainers" not in spec
    with pytest.raises(Refused, match="sidecars"):
        render({"sidecars": [{"name": "proxy"}]})
    with pytest.raises(Refused, match="sidecars"):
        render({"sidecars": [{"name": "stream-edits", "image": "x"}]})


@pytest.mark.parametrize(
    ("repository", "asked"), [("stream-edits", True), ("registry.example.com/a/b", False)]
)
def test_the_notes_ask_for_an_image(repository: str, asked: bool) -> None:
    done = helm(
        "install", "claims", str(CHART), "--dry-run=client", "--set",
        f"kafka.bootstrapServers=kafka:9092,image.repository={repository}",
    )  # fmt: skip
    notes = done.stdout.partition("NOTES:")[2]
    assert ("No such image is published" in notes) == asked


@pytest.mark.parametrize("repository", ["", "Registry/x", "registry/x:", "registry/x y"])
def test_a_wrong_repository_is_refused(repository: str) -> None:
    with pytest.raises(Refused, match="image"):
        render({"image": {"repository": repository}})


def test_the_schema_and_readme_ask_for_an_image() -> None:
    schema = YAML(typ="safe", pure=True).load((CHART / "values.schema.json").read_text())
    asked = schema["$defs"]["image"]["properties"]["repository"]["description"]
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    for text in (asked, readme):
        assert "No image is published" in text
