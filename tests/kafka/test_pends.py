"""`pends` and the gauges of open pends on a real Kafka, after a SIGKILL and a restore."""

import json
import re
from collections import Counter
from datetime import datetime
from urllib.request import urlopen

import pytest

from tests.broker.properties import free_port
from tests.build import canary_claim, timed
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment
from tests.kafka.programs import eventually

pytestmark = pytest.mark.timeout(240)

_SAMPLE = re.compile(
    r'stream_edits_open_pends\{days_left="([^"]+)",waits_for="(\w+)"\} (\d+)\.0', re.MULTILINE
)
_BY_EDIT = re.compile(r'stream_edits_open_pends_by_edit\{edit_id="([^"]+)"\} (\d+)\.0')


def gauges(port: int) -> tuple[Counter[tuple[str, str]], Counter[str]] | None:
    """Open pends by whose move and days left, and by edit; None before the port is open."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    except OSError:
        return None
    by_move = {(move, left): int(count) for left, move, count in _SAMPLE.findall(text)}
    by_edit = {edit: int(count) for edit, count in _BY_EDIT.findall(text)}
    if not by_move:
        return None  # the port opens before the stages are built
    return +Counter(by_move), +Counter(by_edit)


def listed(deployment: Deployment) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """The same from `pends`."""
    today = datetime.now().astimezone().date()
    done = deployment.command("pends", "--format", "json", "--as-of", today.isoformat())
    assert (done.returncode, done.stderr) == (0, "")
    by_move: Counter[tuple[str, str]] = Counter()
    by_edit: Counter[str] = Counter()
    for held in map(json.loads, done.stdout.splitlines()):
        left = held["days_left"]
        name = "overdue" if left < 0 else "0-5" if left <= 5 else "6-15" if left <= 15 else "16+"
        by_move[held["waits_for"].lower(), name] += 1
        by_edit.update(held["edits"])
    return by_move, by_edit


def test_the_gauges_are_what_pends_lists_after_a_kill_and_a_restore(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    port = free_port()
    program = deployment.start(HTTP_PORT=str(port))
    deployment.publish(
        [
            canary_claim("1", "96365"),
            canary_claim("2", "96366"),
            timed(canary_claim("3", "96366"), 9),
            canary_claim("4", "96377"),
            canary_claim("5", "96366"),
            canary_claim("6", "96367", documents=()),
        ]
    )
    deployment.drain()
    # What resolves one claim, and what replaces another under an id of its own.
    deployment.publish([canary_claim("2", "96365", name="PRIMARY")])
    deployment.publish(
        [
            canary_claim(
                "5", "96365", name="R", frequency_code="7", replaces_claim_id="CANARY-CLAIM-5-A"
            )
        ]
    )
    deployment.drain()
    before = listed(deployment)
    assert sum(before[0].values()) == 3
    eventually(lambda: gauges(port) == before or None, 30, deployment.tails)

    program.kill()
    program.accounted_for = True
    again = free_port()
    deployment.start(HTTP_PORT=str(again))
    # No claim is published, so all comes from the changelogs.
    eventually(lambda: gauges(again) == before or None, 60, deployment.tails)
    assert listed(deployment) == before
    table = deployment.command("pends", "--waits-for", "payer").stdout
    assert "by-report-pricing" in table
    assert "1 held" in table
