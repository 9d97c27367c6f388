"""End-to-end test of the demo on the embedded broker."""

import logging
import signal
import socket
import subprocess
import sys
import time
from io import StringIO
from urllib.request import urlopen

import pytest
from rich.console import Console

from stream_edits.app.wiring import Stage
from stream_edits.demo import run as demo
from stream_edits.demo.input import demo_input
from stream_edits.demo.run import run_demo
from stream_edits.demo.service import Service
from stream_edits.settings import Settings


def run(within_s: float) -> tuple[int, str]:
    page = StringIO()
    code = run_demo(False, Console(file=page, width=100), within_s=within_s)
    return code, page.getvalue()


@pytest.mark.timeout(90)
def test_the_demo_prints_its_results() -> None:
    handlers, begun = logging.getLogger().handlers[:], time.monotonic()
    code, output = run(within_s=45.0)
    assert (code, "failed" in output) == (0, False), output
    assert time.monotonic() - begun < 60
    for part in (
        "What became of the claims",
        "The edits that found something",
        "An edit is one rule of the policy.",
        "an encounter is one visit of a member",
        "4 records that are not claims",
        "Example 1. Denied, with the code to bill instead",
        "Example 2. Held until the claim it waited for came",
        "Example 3. Denied while another patient had the physician",
        "A reviewer answers a held claim",
        "because a reviewer has decided findings of it (review demo-review-1)",
        "Dead letters",
        "Throughput",
        "not exactly-once",
    ):
        assert part in " ".join(output.split()), part
    held, _, answered = output.partition("A reviewer answers a held claim")[2].partition("Publish")
    assert "is held (PEND)" in held
    assert "is passed on for payment" in answered
    for error in ("NotConfluentFraming", "UnknownSchema", "Truncated", "TrailingBytes"):
        assert error in output
    assert "6.21-P IV.B.2" in output
    assert "INFO" not in output, "log lines in the demo's output"
    assert logging.getLogger().handlers == handlers


@pytest.mark.timeout(60)
def test_a_timeout_is_a_failure() -> None:
    code, output = run(within_s=0.0)
    assert code == 1
    assert "not all was decided in time" in " ".join(output.split())
    assert "The end of its log" in output


@pytest.mark.timeout(60)
def test_a_stopped_stage_is_a_failure_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "create_topics", lambda kafka, settings: None)
    code, output = run(within_s=45.0)
    assert code == 1
    assert "The demo failed" in output


def test_the_input_has_every_kind_of_malformed_record() -> None:
    given = demo_input(621, 60, "claims.events")
    assert (len(given.records) - len(given.claims), given.malformed) == (4, 4)
    assert {output.topic for output in given.records} == {"claims.events"}


def test_another_port_is_used_if_the_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        service = Service(Settings(http_port=port))
        assert service.address != f"http://127.0.0.1:{port}"
        assert service.events(Stage.INTAKE) == 0
        service.dismiss()


@pytest.mark.timeout(90)
def test_it_serves_metrics_until_sigterm() -> None:
    command = [sys.executable, "-m", "stream_edits", "demo", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            output = ""
            while "Metrics: " not in output:
                line = process.stdout.readline()
                assert line, output
                output += line
            assert output.count("Example ") == 3
            address = output.split("Metrics: ")[1].split()[0]
            with urlopen(address, timeout=10) as answer:
                metrics = answer.read().decode()
            assert 'stream_edits_decisions_total{disposition="PASS"}' in metrics
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
