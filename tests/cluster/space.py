"""A namespace with one release of the chart in it, as Helm and the API server see it."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.api import KINDS, Api, Object, path_of, until
from tests.cluster.build import BINARIES
from tests.cluster.control_plane import ControlPlane
from tests.cluster.report import Counts
from tests.helm.tool import CHART, ROOT

SHARED = "monitoring"
_HELM = ROOT / ".cache" / "bin" / "helm"
# What the control plane puts into every namespace.
NOT_OURS = {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}
_QUIET_S = 0.6
_PRODUCT_S = 90


class HelmFailed(AssertionError):
    """Helm ended with an error. The message is its output."""


@dataclass
class Space:
    """A namespace that enforces the Pod Security standard `restricted`."""

    plane: ControlPlane
    api: Api
    name: str
    counts: Counts
    release: str = "edits"

    def create(self) -> None:
        """Create the namespace, and wait for what the control plane puts into it."""
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        metadata = {"name": self.name, "labels": labels}
        self.api.create("/api/v1/namespaces", {"metadata": metadata})
        until(self._has_defaults, f"{self.name} has its default objects")
        kubeconfig = json.loads(self.plane.kubeconfig.read_text())
        kubeconfig["contexts"][0]["context"]["namespace"] = self.name
        self._kubeconfig.touch(mode=0o600)
        self._kubeconfig.write_text(json.dumps(kubeconfig))

    def add(self, kind: str, name: str, **content: Any) -> Object:
        """Create an object of `kind` in the namespace."""
        group = KINDS[kind][0].removeprefix("/apis/").removeprefix("/api/")
        return self.api.create(
            path_of(kind, self.name),
            {"apiVersion": group, "kind": kind, "metadata": {"name": name}, **content},
        )

    # Helm

    def install(
        self, values: Mapping[str, Any] | Path, *arguments: str, chart: Path = CHART
    ) -> str:
        """`helm install --wait` with the values, or the values file. Raises HelmFailed."""
        return self._with_values("install", values, arguments, chart)

    def upgrade(
        self, values: Mapping[str, Any] | Path, *arguments: str, chart: Path = CHART
    ) -> str:
        """`helm upgrade --wait` with the values alone. Raises HelmFailed."""
        return self._with_values("upgrade", values, arguments, chart)

    def helm(self, action: str, *arguments: str) -> str:
        """`helm ACTION RELEASE ARGUMENTS`; its output. Raises HelmFailed."""
        done = self._finished(self.begin(action, *arguments))
        if done.returncode != 0:
            raise HelmFailed(done.stdout)
        return done.stdout

    def begin(self, action: str, *arguments: str) -> subprocess.Popen[str]:
        """Start `helm ACTION RELEASE ARGUMENTS` and return at once."""
        self.counts.helm += 1
        words = [str(_HELM), *action.split(), self.release, "--namespace", self.name, *arguments]
        return self._started(words)

    def diff(self) -> str:
        """`kubectl diff` of the release's manifest: empty when the live objects are the same."""
        manifest = self.helm("get manifest")
        with tempfile.TemporaryFile("w+") as file:
            file.write(manifest)
            file.seek(0)
            done = self.kubectl("diff", "--filename", "-", stdin=file.fileno())
        assert done.returncode in (0, 1), done.stdout
        return done.stdout

    def kubectl(
        self, *arguments: str, stdin: int = subprocess.DEVNULL
    ) -> subprocess.CompletedProcess[str]:
        """`kubectl ARGUMENTS` in the namespace; the exit code is not checked."""
        return self._finished(self._started([str(BINARIES / "kubectl"), *arguments], stdin))

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """A script in bash at the root, with Helm on its path; the exit code is not checked."""
        self.counts.helm += 1
        return self._finished(self._started(["bash", "-c", script]))

    # The API server

    def objects(self, kind: str) -> dict[str, Object]:
        """The live objects of a kind, by name."""
        found = self.api.items(path_of(kind, self.name))
        return {each["metadata"]["name"]: each for each in found}

    def versions(self) -> dict[str, str]:
        """The resource version of each live object here and in SHARED, by `kind/name`.

        Without events, and without the secrets in which Helm keeps releases. Waits until nothing
        changes any more.
        """
        seen: list[dict[str, str]] = [{}]

        def settled() -> bool:
            seen.append(self._all() | self._all(SHARED))
            return seen[-1] == seen[-2]

        until(settled, f"{self.name} becomes quiet", pause=_QUIET_S)
        self.counts.objects |= {f"{self.name}/{each}" for each in seen[-1]} - {
            f"{self.name}/{each}" for each in NOT_OURS
        }
        return seen[-1]

    def pods(self, component: str | None = None) -> dict[str, Object]:
        """The pods of the stages, or of one component, by name."""
        return {
            name: pod
            for name, pod in self.objects("Pod").items()
            if (label := pod["metadata"]["labels"].get("app.kubernetes.io/component"))
            and (label == component if component else label not in ("topics", "policy", "test"))
        }

    def scale(self, statefulset: str, replicas: int, manager: str) -> None:
        """Scale as `kubectl scale` and autoscalers do, by the subresource."""
        path = path_of("StatefulSet", self.name, statefulset)
        self.api.patch(f"{path}/scale", {"spec": {"replicas": replicas}}, manager)

    def replicas(self) -> dict[str, int]:
        """The wanted number of pods of each StatefulSet."""
        return {
            name: each["spec"]["replicas"] for name, each in self.objects("StatefulSet").items()
        }

    def evict(self, pod: str) -> None:
        """Ask the Eviction API to remove a pod. Raises ApiError."""
        self.api.create(
            f"{path_of('Pod', self.name, pod)}/eviction",
            {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}},
        )

    def events(self, kind: str) -> str:
        """What the control plane said about objects of a kind."""
        events = self.objects("Event").values()
        return "\n".join(
            each["message"] for each in events if each["involvedObject"]["kind"] == kind
        )

    def _has_defaults(self) -> bool:
        kinds = ("ConfigMap", "ServiceAccount")
        return {f"{kind}/{name}" for kind in kinds for name in self.objects(kind)} >= NOT_OURS

    @property
    def _kubeconfig(self) -> Path:
        return self.plane.folder / f"kubeconfig-{self.name}"

    def _all(self, namespace: str | None = None) -> dict[str, str]:
        return {
            f"{kind}/{each['metadata']['name']}": each["metadata"]["resourceVersion"]
            for kind in KINDS
            if kind != "Event"
            for each in self.api.items(path_of(kind, namespace or self.name))
            if not each["metadata"]["name"].startswith("sh.helm.release.")
        }

    def _with_values(
        self, action: str, values: Mapping[str, Any] | Path, arguments: Sequence[str], chart: Path
    ) -> str:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(None if isinstance(values, Path) else dict(values), file)
            file.flush()
            given = str(values) if isinstance(values, Path) else file.name
            waiting = ["--wait", "--timeout", f"{_PRODUCT_S}s"]
            return self.helm(action, str(chart), "--values", given, *waiting, *arguments)

    def _started(self, words: list[str], stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        folder = self.plane.folder / "helm"
        own = {
            "KUBECONFIG": str(self._kubeconfig),
            "HOME": str(self.plane.folder),
            "NO_PROXY": "127.0.0.1",
            "HELM_CACHE_HOME": str(folder),
            "HELM_CONFIG_HOME": str(folder),
            "HELM_DATA_HOME": str(folder),
            "PATH": f"{_HELM.parent}{os.pathsep}{os.environ['PATH']}",
        }
        return subprocess.Popen(
            words,
            cwd=ROOT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **own},
        )

    def _finished(self, process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
        output, _ = process.communicate(timeout=_PRODUCT_S + 30)
        return subprocess.CompletedProcess(process.args, process.returncode, output)
