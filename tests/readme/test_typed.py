"""README as typed: every shell block, top to bottom, in one shell that has done nothing else."""

import os
import re
import stat
from pathlib import Path

import pytest

from tests.broker.choice import skip_reason as no_broker
from tests.broker.properties import is_free
from tests.helm.tool import skip_reason as no_helm
from tests.readme.blocks import README, ROOT, blocks, clean_environment, run

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]

_PORT, _METRICS_PORT = 9092, 9464
# These tests are `make test`. An installation needs a cluster: here the chart is rendered instead,
# and `helm test` needs the chart's test in what was rendered. `make cluster-test` installs it.
_MAKE = """#!/usr/bin/env bash
[ "$*" != test ] || exec "{make}" --dry-run test
exec "{make}" "$@"
"""
_HELM = """#!/usr/bin/env bash
set -eu
case "$1" in
  install) shift; "{helm}" template "$@" | tee "{folder}/rendered" ;;
  test) grep -q 'helm.sh/hook: test' "{folder}/rendered" ;;
  *) exit 64 ;;
esac
"""


def _tools(folder: Path) -> Path:
    """A folder of commands that stand before the machine's own ones."""
    made = {
        "make": _MAKE.format(make=_found("make")),
        "helm": _HELM.format(helm=ROOT / ".cache" / "bin" / "helm", folder=folder),
    }
    tools = folder / "bin"
    tools.mkdir()
    for name, text in made.items():
        (tools / name).write_text(text)
        (tools / name).chmod(stat.S_IRWXU)
    return tools


def _found(name: str) -> str:
    places = (Path(folder) / name for folder in os.environ["PATH"].split(os.pathsep))
    return str(next(place for place in places if place.exists()))


def _typed() -> str:
    """The text of the blocks. Where another process has their ports, with other ports."""
    text = "".join(block.text for block in blocks(README, "sh"))
    if not is_free(_PORT):
        text = text.replace("localhost:9092", "localhost:19392").replace(
            "make broker-up", "make broker-up PORT=19392"
        )
        text = text.replace("make broker-down", "make broker-down PORT=19392")
    return text


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    for reason in (no_broker(), no_helm(os.environ)):
        if reason:
            pytest.skip(reason)
    path = f"{_tools(tmp_path)}{os.pathsep}{os.environ['PATH']}"
    more = {} if is_free(_METRICS_PORT) else {"STREAM_EDITS_HTTP_PORT": "0"}
    return clean_environment(PATH=path, **more)


def test_every_block_runs_as_it_is_typed(environment: dict[str, str]) -> None:
    marks = "stream-edits adjudicate"
    text = _typed()
    assert text.count(marks) >= 3
    # Also when a block fails, before the one that stops the broker.
    (down,) = re.findall(r"make broker-down.*", text)
    end = f"kill $(jobs -p) 2>/dev/null || true; {down} >/dev/null 2>&1 || true"
    stop = f"trap '{end}' EXIT\n"
    try:
        done = run(stop + text, environment, seconds=360)
    finally:
        for name in ("run.log", "decisions.jsonl"):
            (ROOT / name).unlink(missing_ok=True)
    assert done.returncode == 0, done.stderr[-2000:]
    printed = done.stdout
    assert "Traceback" not in printed + done.stderr
    assert "published 8 claims" in printed + done.stderr
    # Thrice: the file's decisions, those from Kafka, and the file's under the overlay. On Kafka the
    # claims of one member keep their order; those of two, such as EX-1004 and EX-1005, may not.
    assert printed.count(" EX-1002 rev. 2   PASS") == 3
    assert printed.count(" EX-1005 rev. 2   PASS") >= 2
    assert "\n0 held, 0 of them overdue\n" in printed
    assert "8 claims, of which 0 have another outcome" in printed
    assert "kind: StatefulSet" in printed
    assert "Kafka is stopped" in printed


def test_the_table_in_the_readme_is_what_the_command_prints(environment: dict[str, str]) -> None:
    (shown,) = [block.text for block in blocks(README, "") if block.name == "table"]
    command = 'export PATH="$PWD/.venv/bin:$PATH"; stream-edits adjudicate examples/claims.jsonl'
    printed = run(f"{command} --format table", environment).stdout
    lines = [line.rstrip() for line in printed.splitlines() if line.strip()]
    wanted = [line.rstrip() for line in shown.splitlines()]
    assert lines[: len(wanted)] == wanted


def test_the_readme_is_one_page() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(re.findall(r"\S+", text)) <= 1200
