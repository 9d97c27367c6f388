"""The whole flow with canaries in every value that names a person, claim, encounter or provider.

None of them may be in a log (at DEBUG, including the client's), in a metric, or in the headers of a
dead letter, not even when an edit fails with the claim in its exception.
"""

import re
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from stream_edits.domain.decision import Disposition
from stream_edits.engine.dead_letters.headers import DEAD_LETTER_HEADERS, ERROR_CLASS
from tests.broker.properties import free_port
from tests.build import canaries, canary_claim, timed
from tests.kafka.broken_edit import MARK
from tests.kafka.conftest import Deploy
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.malformed import malformed
from tests.stages.reviewing import review

pytestmark = pytest.mark.timeout(300)


def leaks(events: Sequence[ClaimEvent], text: str) -> set[str]:
    """The canaries in a text, whatever surrounds them."""
    values = canaries(list(events)) | set(re.findall(r"CANARY[\w.-]*", text))
    return {value for value in values if value in text}


def flow() -> list[ClaimEvent]:
    """Claims for every way through the stages: paid, waiting, denied, replaced, sent again."""
    paid, waiting = timed(canary_claim("1", "96365", "96366"), 9), canary_claim("2", "96366")
    overlapping = timed(canary_claim("3", "96413"), 9)
    replaced = canary_claim(
        "1", "96365", name="NEW", replaces_claim_id=paid.claim_id, frequency_code="7"
    )
    again = replace(waiting, event_id="CANARY-EVENT-AGAIN")
    elsewhere = canary_claim("4", "96365", line_of_business=LineOfBusiness.MEDICARE)
    broken = canary_claim("5", "96365", name=MARK)
    nameless = canary_claim("6", "96365", billing_provider_npi="CANARY-NPI")
    return [paid, waiting, waiting, overlapping, replaced, again, elsewhere, broken, nameless]


def publish_reviews(deployment: Deployment, events: Sequence[ClaimEvent]) -> None:
    """A review that applies, one of a claim that nobody knows, and one of an unknown line."""
    deployment.log.read_to_the_end()
    newest = {d.claim_id: d for d in sorted(deployment.decisions(), key=lambda d: d.revision)}
    held = next(d for d in newest.values() if d.disposition is Disposition.PEND)
    member_id = next(event.member_id for event in events if event.claim_id == held.claim_id)
    marked: dict[str, Any] = {"reviewer": "CANARY-REVIEWER", "reason_code": "CANARY-REASON"}
    different: list[dict[str, Any]] = [{}, {"claim_id": "CANARY-NONE"}, {"line": 99}]
    for number, more in enumerate(different):
        named = {"review_id": f"CANARY-REVIEW-{number}", "member_id": member_id}
        deployment.publish([review(held, **(marked | named | more))])


def look_at_the_review(deployment: Deployment) -> None:
    """No decision names the reviewer or the reason, and one names the review."""
    topics = deployment.topics
    decided = deployment.log.of(topics.pass_, topics.pend, topics.deny)
    values = b"".join(record.value or b"" for record in decided)
    assert b"CANARY-REVIEW-0" in values
    assert b"CANARY-REVIEWER" not in values
    assert b"CANARY-REASON" not in values


def scraped(port: int) -> str:
    """Everything that the endpoint of a process serves."""
    pages = []
    for path in ("metrics", "healthz", "readyz"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=20) as answer:
            pages.append(answer.read().decode())
    return "\n".join(pages)


def scrape_all(deployment: Deployment, events: list[ClaimEvent], ports: dict[str, int]) -> None:
    metrics = {stage: scraped(port) for stage, port in ports.items()}
    for stage, text in metrics.items():
        assert f'stream_edits_events_total{{outcome="stepped",stage="{stage}"}}' in text
        assert leaks(events, text) == set()
    assert 'error_class="ValueError",stage="encounter"' in metrics["encounter"]
    assert 'stream_edits_duplicates_total{stage="encounter"}' in metrics["encounter"]


def look_at_records(deployment: Deployment, events: list[ClaimEvent]) -> None:
    letters = deployment.log.of(deployment.topics.dead_letter)
    written = [dict(letter.headers[-len(DEAD_LETTER_HEADERS) :]) for letter in letters]
    classes = {headers[ERROR_CLASS] for headers in written}
    assert classes >= {b"ValueError", b"Truncated", b"UnknownReview"}
    for headers in written:
        assert tuple(headers) == DEAD_LETTER_HEADERS
        assert leaks(events, repr(headers)) == set()
    for decision in deployment.decisions():
        for finding in decision.findings:
            assert leaks(events, finding.message) == set()


def open_the_breaker(deployment: Deployment) -> None:
    """Publish more bad records than are allowed: the process stops and says why."""
    for record in malformed(60):
        deployment.publish_raw(record.key, record.value, [("x", b"CANARY-HEADER")])
    deployment.flush()
    stopped = deployment.start("intake", BREAKER_WINDOW="60")
    assert stopped.exit_code(60) == 1
    assert "circuit breaker" in stopped.output.strip().splitlines()[-1]


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_canary_is_leaked(deploy: Deploy, form: str) -> None:
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
    publish_reviews(deployment, events)
    deployment.drain(90)
    scrape_all(deployment, events, ports)
    look_at_records(deployment, events)
    look_at_the_review(deployment)
    for program in running:
        program.terminate()
    open_the_breaker(deployment)
    output = deployment.all_output()
    assert "[thrd:" in output, "the client's own lines are among those looked at"
    assert leaks(events, output) == set()


def test_a_leaked_value_is_found() -> None:
    events = flow()
    marked = canaries(events)
    assert len(marked) > 20
    assert [value for value in marked if value not in leaks(events, f"x={value}.")] == []
    assert leaks(events, "key CANARY-KEY-1") == {"CANARY-KEY-1"}
