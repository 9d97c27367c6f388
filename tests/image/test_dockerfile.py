"""Static checks of the Dockerfile. `make image-test` builds and runs it."""

import re
import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from stream_edits.service.health import HealthServer
from tests.image.podman import OFFICIAL, ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint comes as a wheel for Linux only")
def test_hadolint_has_no_findings() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    command = [str(hadolint), "--failure-threshold", "style", str(ROOT / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_both_stages_use_one_python_version() -> None:
    assert f"ARG BASE={OFFICIAL}\n" in DOCKERFILE
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${BASE}", "${BASE}"]


def test_the_build_sees_only_what_it_copies() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n*\n")[1]
    seen = set(re.findall(r"^!(\S+)$", ignore, re.MULTILINE))
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    }
    assert seen == copied
    assert all((ROOT / name).exists() for name in seen)


def test_every_package_is_pinned_by_hash() -> None:
    assert DOCKERFILE.count("--require-hashes --only-binary :all:") == 2
    for name in ("run", "build"):
        pinned = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        requirements = re.findall(r"^[a-z]\S*==\S+ \\\n\s+--hash=", pinned, re.MULTILINE)
        assert len(requirements) == len(re.findall(r"^[a-z]", pinned, re.MULTILINE)) >= 5


class _Loop:
    ready = False
    last_moved = 0.0


@pytest.mark.parametrize(("now", "healthy"), [(0.0, True), (1000.0, False)])
def test_the_health_check_passes_while_the_loops_move(
    now: float, healthy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r'CMD \["python", "-c", "(.*)"\]', DOCKERFILE)
    server = HealthServer("127.0.0.1", 0, CollectorRegistry(), [_Loop()], monotonic=lambda: now)
    server.start()
    monkeypatch.setenv("STREAM_EDITS_HTTP_PORT", str(server.port))
    try:
        if healthy:
            exec(code)
        else:
            with pytest.raises(urllib.error.HTTPError):
                exec(code)
    finally:
        server.close()
