"""The Helm for the tests, built by `make` from the Go modules pinned in tools/go.mod."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "stream-edits"
_BUILT = ROOT / ".cache" / "bin"


class NoHelm(Exception):
    """Helm is not built, and this run requires it."""


def skip_reason(environ: Mapping[str, str], built: Path = _BUILT) -> str | None:
    """The reason to skip the tests of the chart, or None. Raises NoHelm in CI."""
    missing = [name for name in ("helm", "helm-docs") if not (built / name).exists()]
    if not missing:
        return None
    reason = (
        f"no {' and no '.join(missing)}: `make helm` builds them, with Go. NOTHING of the chart"
    )
    if environ.get("CI"):
        raise NoHelm(f"{reason} was tested, which is not allowed under CI")
    return f"{reason} was tested"


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `helm ARGUMENTS`. Returns the result without checking the exit code."""
    return _run("helm", *arguments)


def helm_docs(folder: Path) -> str:
    """The README that helm-docs generates for the chart in `folder`."""
    in_order = ["--sort-values-order", "file"]
    done = _run("helm-docs", "--chart-search-root", str(folder), "--dry-run", *in_order)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def _run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(_BUILT / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
