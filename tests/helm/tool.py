"""The Helm that the tests use: built from the Go modules pinned in tools/go.mod by `make`."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "stream-edits"
_BUILT = ROOT / ".cache" / "bin"


class NoHelm(Exception):
    """Helm is not built, and this run may not go without it."""


def skip_reason(environ: Mapping[str, str], built: Path = _BUILT) -> str | None:
    """Why the chart's tests are left out, or None. Raises NoHelm under continuous integration."""
    missing = [name for name in ("helm", "helm-docs") if not (built / name).exists()]
    if not missing:
        return None
    said = f"no {' and no '.join(missing)}: `make helm` builds them, with Go. NOTHING of the chart"
    if environ.get("CI"):
        raise NoHelm(f"{said} was tested, which is not allowed under CI")
    return f"{said} was tested"


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `helm ARGUMENTS`; what came of it is for the caller to judge."""
    return _run("helm", *arguments)


def helm_docs(folder: Path) -> str:
    """The README that helm-docs makes of the chart in `folder`."""
    in_order = ["--sort-values-order", "file"]
    done = _run("helm-docs", "--chart-search-root", str(folder), "--dry-run", *in_order)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def _run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(_BUILT / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
