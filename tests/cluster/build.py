"""Builds a Kubernetes control plane with Go into .cache/cluster, once for its pinned versions."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.helm.tool import ROOT

TOOLS = Path(__file__).parent / "tools"
BUILT = ROOT / ".cache" / "cluster"
BINARIES = BUILT / "bin"
CRDS = BUILT / "crds"

KUBERNETES = "1.34.4"
ETCD = "3.6.4"
KWOK = "0.7.0"
_MAJOR, _MINOR, _ = KUBERNETES.split(".")
_VERSION = "k8s.io/component-base/version"
# Without these the API server calls itself v0.0.0-master, which Chart.yaml's kubeVersion refuses.
_STAMPED = (
    f"-X {_VERSION}.gitVersion=v{KUBERNETES} -X {_VERSION}.gitMajor={_MAJOR} "
    f"-X {_VERSION}.gitMinor={_MINOR}"
)
_KUBERNETES_COMMANDS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
NAMES = (*_KUBERNETES_COMMANDS, "etcd", "kwok")


class NoControlPlane(Exception):
    """Go is missing, or a module could not be built."""


@dataclass(frozen=True)
class Definitions:
    """Custom resources of one Go module: `sum` is its hash in the form of go.sum."""

    module: str
    version: str
    sum: str
    folder: str
    files: tuple[str, ...]


DEFINITIONS = (
    Definitions(
        "github.com/kedacore/keda/v2",
        "v2.17.2",
        "h1:xlrcK5TKABJF9PebK79sgL07s/csGjL3H4m72OkZXxk=",
        "config/crd/bases",
        ("keda.sh_scaledobjects.yaml", "keda.sh_triggerauthentications.yaml"),
    ),
    Definitions(
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
        "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        "example/prometheus-operator-crd",
        (
            "monitoring.coreos.com_podmonitors.yaml",
            "monitoring.coreos.com_servicemonitors.yaml",
            "monitoring.coreos.com_prometheusrules.yaml",
        ),
    ),
)


def build() -> None:
    """Build whatever is missing or of other versions. Raises NoControlPlane."""
    BUILT.mkdir(parents=True, exist_ok=True)
    stamp = BUILT / "built"
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _pinned()
        if stamp.exists() and stamp.read_text() == wanted and not _missing():
            return
        print("building a Kubernetes control plane into .cache/cluster (minutes, once) ...")
        BINARIES.mkdir(exist_ok=True)
        packages = [f"k8s.io/kubernetes/cmd/{name}" for name in _KUBERNETES_COMMANDS]
        _go_build(TOOLS, f"-s -w {_STAMPED}", f"{BINARIES}{os.sep}", *packages)
        _go_build(TOOLS, "-s -w", str(BINARIES / "etcd"), "go.etcd.io/etcd/server/v3")
        # kwok needs other versions of the Kubernetes modules, so it has a go.mod of its own.
        _go_build(TOOLS / "kwok", "-s -w", str(BINARIES / "kwok"), "sigs.k8s.io/kwok/cmd/kwok")
        for each in DEFINITIONS:
            _copy_definitions(each)
        stamp.write_text(wanted)


def _pinned() -> str:
    """Changes when a version changes."""
    digest = hashlib.sha256(_STAMPED.encode())
    for folder in (TOOLS, TOOLS / "kwok"):
        for name in ("go.mod", "go.sum"):
            digest.update((folder / name).read_bytes())
    digest.update(repr(DEFINITIONS).encode())
    return digest.hexdigest()


def _missing() -> list[Path]:
    wanted = [BINARIES / name for name in NAMES]
    wanted += [CRDS / file for each in DEFINITIONS for file in each.files]
    return [file for file in wanted if not file.exists()]


def _go_build(folder: Path, flags: str, output: str, *packages: str) -> None:
    _go(folder, "build", "-mod=readonly", "-ldflags", flags, "-o", output, *packages)


def _copy_definitions(each: Definitions) -> None:
    """Raises NoControlPlane when the module is not the pinned one."""
    done = _go(Path("/"), "mod", "download", "-json", f"{each.module}@{each.version}")
    found: Mapping[str, str] = json.loads(done)
    if found["Sum"] != each.sum:
        raise NoControlPlane(f"{each.module} {each.version} has the hash {found['Sum']}")
    CRDS.mkdir(exist_ok=True)
    for file in each.files:
        # The module cache is read-only, and so would a copy with its mode be.
        (CRDS / file).write_bytes((Path(found["Dir"]) / each.folder / file).read_bytes())


def _go(folder: Path, *arguments: str) -> str:
    go = shutil.which("go")
    if go is None:
        raise NoControlPlane("no go command found (Go 1.26 or later builds the control plane)")
    flags = f"{os.environ.get('GOFLAGS', '')} -buildvcs=false".strip()
    done = subprocess.run(
        [go, *arguments],
        cwd=folder,
        env={**os.environ, "GOFLAGS": flags},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NoControlPlane(f"go {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout
