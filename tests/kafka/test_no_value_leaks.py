"""The whole flow with everything marked that names a person, claim, visit or provider.

None of it may be seen in a log (at DEBUG, the client's own included), a metric, or what is written
about a dead letter; not even when an edit fails with the claim in its exception.
"""

import re
import urllib.request
from collections.abc import Sequence
from dataclasses import replace

import pytest

from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from stream_edits.engine.headers import DEAD_LETTER_HEADERS, ERROR_CLASS
from tests.broker.properties import free_port
from tests.kafka.broken_edit import MARK
from tests.kafka.claims import canaries, claim, timed
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.malformed import malformed

pytestmark = pytest.mark.timeout(300)


def told(events: Sequence[ClaimEvent], text: str) -> set[str]:
    """The marked values that a text holds, whatever stands around them."""
    values = canaries(list(events)) | set(re.findall(r"CANARY[\w.-]*", text))
    return {value for value in values if value in text}


def flow() -> list[ClaimEvent]:
    """Claims for every way through the stages: paid, waiting, denied, replaced, sent again."""
    paid, waiting = timed(claim("1", "96365", "96366"), 9), claim("2", "96366")
    overlapping = timed(claim("3", "96413"), 9)
    replaced = claim("1", "96365", name="NEW", replaces_claim_id=paid.claim_id, frequency_code="7")
    again = replace(waiting, event_id="CANARY-EVENT-AGAIN")
    elsewhere = claim("4", "96365", line_of_business=LineOfBusiness.MEDICARE)
    broken = claim("5", "96365", name=MARK)
    nameless = claim("6", "96365", billing_provider_npi="CANARY-NPI")
    return [paid, waiting, waiting, overlapping, replaced, again, elsewhere, broken, nameless]


def scraped(port: int) -> str:
    """All that the endpoint of a process gives."""
    pages = []
    for path in ("metrics", "healthz", "readyz"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=20) as answer:
            pages.append(answer.read().decode())
    return "\n".join(pages)


def scrape_all(deployment: Deployment, events: list[ClaimEvent], ports: dict[str, int]) -> None:
    metrics = {stage: scraped(port) for stage, port in ports.items()}
    for stage, text in metrics.items():
        assert f'stream_edits_events_total{{outcome="stepped",stage="{stage}"}}' in text
        assert told(events, text) == set()
    assert 'error_class="ValueError",stage="encounter"' in metrics["encounter"]
    assert 'stream_edits_duplicates_total{stage="encounter"}' in metrics["encounter"]


def look_at_records(deployment: Deployment, events: list[ClaimEvent]) -> None:
    letters = deployment.log.of(deployment.topics.dead_letter)
    written = [dict(letter.headers[-len(DEAD_LETTER_HEADERS) :]) for letter in letters]
    assert {headers[ERROR_CLASS] for headers in written} >= {b"ValueError", b"Truncated"}
    for headers in written:
        assert tuple(headers) == DEAD_LETTER_HEADERS
        assert told(events, repr(headers)) == set()
    for decision in deployment.decisions():
        for finding in decision.findings:
            assert told(events, finding.message) == set()


def open_the_breaker(deployment: Deployment) -> None:
    """More bad records than are allowed: the process stops and says why."""
    for record in malformed(60):
        deployment.publish_raw(record.key, record.value, [("x", b"CANARY-HEADER")])
    deployment.flush()
    stopped = deployment.start("intake", BREAKER_WINDOW="60")
    assert stopped.exit_code(60) == 1
    assert "circuit breaker" in stopped.output.strip().splitlines()[-1]


@pytest.mark.parametrize("form", ["json", "console"])
def test_nothing_that_names_anybody_is_told(deploy: Deploy, form: str) -> None:
    deployment = deploy(partitions=1, LOG_FORMAT=form, KAFKA__DEBUG="all", KAFKA__LOG_LEVEL="7")
    deployment.create_topics()
    events = flow()
    ports = {stage: free_port() for stage in STAGES}
    running = [
        deployment.start(stage, HTTP_PORT=str(port), module="tests.kafka.broken_edit")
        for stage, port in ports.items()
    ]
    deployment.publish(events)
    for record in malformed(7):
        deployment.publish_raw(record.key, record.value, [("x", b"CANARY-HEADER")])
    deployment.flush()
    deployment.drain(90)
    scrape_all(deployment, events, ports)
    look_at_records(deployment, events)
    for program in running:
        program.terminate()
    open_the_breaker(deployment)
    said = deployment.said()
    assert "[thrd:" in said, "the client's own lines are among those looked at"
    assert told(events, said) == set()


def test_a_value_that_is_told_would_be_found() -> None:
    events = flow()
    marked = canaries(events)
    assert len(marked) > 20
    assert [value for value in marked if value not in told(events, f"x={value}.")] == []
    assert told(events, "key CANARY-KEY-1") == {"CANARY-KEY-1"}
