"""The programs of Prometheus: those on the path, else those that `make tools` has built."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_BUILT = Path(__file__).parents[2] / ".cache" / "bin"


def tool(name: str) -> str:
    """The path of a program. If it is missing, the test fails in CI and is skipped elsewhere."""
    found = shutil.which(name) or shutil.which(name, path=_BUILT)
    if found is None:
        reason = f"{name} is not installed: `make tools` builds it, with Go. NOTHING was proven"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def promtool(*arguments: str, given: str = "") -> str:
    """The output of promtool. Fails the test if promtool fails."""
    done = subprocess.run(
        [tool("promtool"), *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output
