"""`run --processes 2` on a real Kafka: work is shared, a killed worker comes back, one port."""

import os
import re
import signal
import urllib.request
from pathlib import Path

import pytest

from tests.build import canary_claim
from tests.kafka.conftest import Deploy
from tests.kafka.programs import Program, eventually
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(300)


def port_of(program: Program) -> int:
    found = re.search(r" port=(\d+)", program.says("workers_started", 60))
    assert found
    return int(found[1])


def metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        text: str = answer.read().decode()
    return text


def series(text: str, name: str) -> dict[str, float]:
    """The sum of a metric's samples by worker."""
    found: dict[str, float] = {}
    for labels, value in samples(text, name):
        worker = labels["worker"]
        found[worker] = found.get(worker, 0.0) + float(value)
    return found


def samples(text: str, name: str) -> list[tuple[dict[str, str], str]]:
    """The labels and the value of each sample of a metric."""
    found = re.findall(rf"^{name}{{(.*)}} (\S+)$", text, re.MULTILINE)
    return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), value) for labels, value in found]


def shared_evenly(text: str) -> bool:
    """True when each worker has two of the four partitions of each of the four stages.

    The sum alone does not show it: while they start, one worker may have two stages whole.
    """
    found = samples(text, "stream_edits_assigned_partitions")
    return len(found) == 8 and all(float(value) == 2.0 for _, value in found)


def children(program: Program) -> list[int]:
    """The ids of its worker processes."""
    listed = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text()
    return [int(word) for word in listed.split()]


def test_two_workers_share_the_work_and_a_killed_one_comes_back(deploy: Deploy) -> None:
    # Longer than a worker takes to start on a busy machine: it keeps its place until then.
    deployment = deploy(partitions=4, SESSION_TIMEOUT_MS="60000").create_topics()
    program = deployment.run_in_background("run", "--processes", "2", HTTP_PORT="0")
    port = port_of(program)
    eventually(lambda: shared_evenly(metrics(port)), 90, program.tail)
    first = [canary_claim(str(n), "96365", name="A") for n in range(60)]
    deployment.publish(first)
    deployment.drain(120)

    decided = series(metrics(port), "stream_edits_decisions_total")
    assert decided.keys() == {"0", "1"}
    assert sum(decided.values()) == 60
    assert min(decided.values()) > 0
    assert series(metrics(port), "stream_edits_worker_up") == {"0": 1.0, "1": 1.0}

    before = children(program)
    assert len(before) == 2
    revoked = program.output.count(" revoked ")
    os.kill(before[0], signal.SIGKILL)
    deployment.publish([canary_claim(str(n), "96413", name="B") for n in range(60)])
    eventually(
        lambda: len(children(program)) == 2 and before[0] not in children(program),
        60,
        program.tail,
    )
    deployment.drain(120)
    assert program.running
    # A static member comes back to its partitions, and the other worker keeps its own.
    assert program.output.count(" revoked ") == revoked
    assert Verifier(deployment.log, deployment.topics).problems == []
    assert sum(series(metrics(port), "stream_edits_worker_restarts_total").values()) == 1

    # Each line of a worker has its number, and two workers write to the same stream.
    assert set(re.findall(r"worker=(\d+)", program.output)) == {"0", "1"}
    assert "CANARY" not in program.output
    program.terminate(60)
    assert not Path(f"/proc/{before[1]}").exists()


def test_a_wrong_setting_ends_the_start_with_one_line(deploy: Deploy) -> None:
    deployment = deploy()
    done = deployment.command("run", "--processes", "2", BATCH_SIZE="many")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "STREAM_EDITS_BATCH_SIZE" in done.stderr
