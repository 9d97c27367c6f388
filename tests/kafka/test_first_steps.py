"""docs/operations.md: the commands of the first steps work as they are written."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.broker import LocalKafka
from tests.broker.properties import free_port
from tests.demo.examples import ROOT

pytestmark = pytest.mark.timeout(240)

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"<!-- first steps: (?P<name>\w+) -->\n```sh\n(?P<text>.*?)```", re.DOTALL)
_BEFORE = "set -euo pipefail\nexport STREAM_EDITS_HTTP_PORT=9464\n"
# A person reads longer than the stages need for eight claims, one of them decided twice.
_MEANWHILE = """
for second in {1..60}; do
    decided=$(stream-edits decisions | wc -l)
    [ "$decided" -lt 9 ] || break
    sleep 1
done
"""
_AFTER = "kill %1\nwait %1\n"


def typed() -> dict[str, str]:
    """The shell blocks of the first steps, by name."""
    return {block["name"]: block["text"] for block in _BLOCK.finditer(GUIDE)}


def test_what_the_guide_says_gives_decisions(local_kafka: LocalKafka) -> None:
    blocks = typed()
    assert list(blocks) == ["broker", "stage", "look"]
    assert blocks["broker"] == "make broker\n", "its part is played by the test's own broker"
    ports = {"9092": str(local_kafka.port), "9464": str(free_port())}
    # The tests' environment exists already, and nothing must be installed into it.
    stage = blocks["stage"].replace("make venv\n", "")
    script = f"{_BEFORE}{stage}{_MEANWHILE}{blocks['look']}{_AFTER}"
    for usual, mine in ports.items():
        script = script.replace(usual, mine)
    output, errors, code = _typed_in(script)
    assert code == 0, errors
    assert output.count("created  ") == 12
    assert "all topics match the settings" in output
    assert "\nready\n" in output
    assert "EX-1002 rev. 2" in output
    assert 'stream_edits_decisions_total{disposition="PEND"}' in output


def _typed_in(script: str) -> tuple[str, str, int]:
    """Run lines in a shell in a session of its own, whose processes are all ended afterwards."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith("STREAM_EDITS_")}
    mine["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{mine['PATH']}"
    shell = subprocess.Popen(
        ["bash", "-m", "-c", script],
        cwd=ROOT,
        env=mine,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = shell.communicate(timeout=200)
    finally:
        _end_session(shell.pid)
    return output, errors, shell.returncode


def _end_session(leader: int) -> None:
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader:
                os.kill(int(status.parent.name), signal.SIGKILL)
        except (OSError, ValueError):
            continue  # it has ended by itself
