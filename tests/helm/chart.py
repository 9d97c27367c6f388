"""Renders the chart with Helm, and finds its objects by kind and name."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.helm.tool import CHART, helm

Object = dict[str, Any]
VALUE_SETS = sorted(file.name.removesuffix("-values.yaml") for file in (CHART / "ci").iterdir())
RELEASE = "claims"
# The only required value.
BROKERS: Object = {"kafka": {"bootstrapServers": "kafka:9092"}}


class Refused(Exception):
    """Helm failed to render. The message is its output."""


@dataclass(frozen=True)
class Rendered:
    """All objects of a rendering, including hooks, in Helm's order."""

    objects: tuple[Object, ...]

    def of(self, kind: str) -> dict[str, Object]:
        """The objects of a kind, by name."""
        return {each["metadata"]["name"]: each for each in self.objects if each["kind"] == kind}

    def one(self, kind: str, name: str | None = None) -> Object:
        """The only object of a kind, or the one with that name."""
        found = self.of(kind)
        if name is not None:
            return found[name]
        (only,) = found.values()
        return only

    def pods(self) -> dict[str, Object]:
        """The pod template of each object that runs containers, by `kind/name`."""
        owners = ("StatefulSet", "Job")
        templates = {
            f"{kind}/{name}": each["spec"]["template"]
            for kind in owners
            for name, each in self.of(kind).items()
        }
        return templates | {f"Pod/{name}": each for name, each in self.of("Pod").items()}


def render(values: Mapping[str, Any] | None = None, chart: Path = CHART) -> Rendered:
    """The chart with `values` over its defaults and BROKERS. Raises Refused."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        # JSON, because all YAML parsers agree on it. Helm merges the values files in order.
        json.dump(dict(values or {}), file)
        file.flush()
        defaults = ["--values", str(CHART / "ci" / "default-values.yaml")]
        return _template(chart, *defaults, "--values", file.name)


@cache
def render_set(name: str) -> Rendered:
    """The chart with one of its value sets and no other values."""
    return _template(CHART, "--values", str(values_file(name)))


def values_file(name: str) -> Path:
    """The file of a value set."""
    return CHART / "ci" / f"{name}-values.yaml"


def read_values(file: Path) -> Object:
    """The content of a values file."""
    content: Object = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    return content


def _template(chart: Path, *arguments: str) -> Rendered:
    done = helm("template", RELEASE, str(chart), "--namespace", "edits", *arguments)
    if done.returncode != 0:
        raise Refused(done.stderr)
    documents = YAML(typ="safe", pure=True).load_all(done.stdout)
    return Rendered(tuple(each for each in documents if each is not None))


def container(pod: Object, name: str = "stream-edits") -> Object:
    """A container of a pod or pod template, by name."""
    spec = pod["spec"]
    (found,) = [
        each for each in spec["containers"] + spec.get("initContainers", []) if each["name"] == name
    ]
    return dict(found)
