"""Prometheus' own programs: those of Debian's package `prometheus`, or any on the path."""

import os
import shutil
import subprocess

import pytest


def tool(name: str) -> str:
    """The path of a program; without it the test fails under CI, and is skipped elsewhere."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed (Debian: apt-get install prometheus): NOTHING was proven"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def promtool(*arguments: str, given: str = "") -> str:
    """What promtool says; fails the test unless it is content."""
    done = subprocess.run(
        [tool("promtool"), *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said
