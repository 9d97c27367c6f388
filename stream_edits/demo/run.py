"""`stream-edits demo`: all stages on one machine, without a Kafka installation."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import NamedTuple

from pydantic import SecretStr
from rich.console import Console

from stream_edits.demo.examples import pick_examples
from stream_edits.demo.input import DemoInput, demo_input
from stream_edits.demo.outcome import DemoRecords, NotDecided
from stream_edits.demo.output import heading, show, tell
from stream_edits.demo.reviewing import answer, held_for_a_price, record_of
from stream_edits.demo.service import Service, create_topics, logs_in_a_file
from stream_edits.engine.errors import ClientError, EngineStopped
from stream_edits.engine.kafka import publish_records
from stream_edits.mock_cluster import PARTITIONS, MockCluster, MockClusterFailed
from stream_edits.report import explain
from stream_edits.settings import Settings
from stream_edits.text import stdout_console

_SEED, _ENCOUNTERS, _PORTION = 621, 400, 25
_READY_WITHIN_S = 30.0
_REVIEWED_WITHIN_S = 20.0
_FAILURES = (NotDecided, MockClusterFailed, EngineStopped, ClientError, OSError)


class Burst(NamedTuple):
    """The number of events decided, and the seconds that took."""

    events: int
    seconds: float


def run_demo(
    serve: bool,
    console: Console | None = None,
    *,
    within_s: float = 60.0,
) -> int:
    """Decide a few hundred synthetic claims and print the result. Returns the exit code.

    With ``serve``, it then keeps running, with /metrics, until SIGINT or SIGTERM. ``within_s`` is
    the limit in seconds until all claims are decided.
    """
    console = console or stdout_console(highlight=False)
    with logs_in_a_file() as log:
        try:
            _demonstrate(console, serve, within_s)
        except _FAILURES as failure:
            console.print(f"The demo failed: {failure}", style="red", markup=False)
            console.print(_last_lines(log.read_text(encoding="utf-8")), markup=False)
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


def _last_lines(log: str) -> str:
    return "\n".join(["The end of its log:", *log.splitlines()[-15:]])


def _demonstrate(console: Console, serve: bool, within_s: float) -> None:
    with MockCluster() as kafka:
        settings = _settings(kafka.bootstrap_servers)
        create_topics(kafka, settings)
        console.print(f"An embedded Kafka with {len(settings.topics.by_key())} topics is running.")
        with Service(settings) as service, closing(DemoRecords(settings)) as outcome:
            _until_ready(service)
            console.print("Four stages (intake, review, encounter, supervision) are consuming.")
            given = demo_input(_SEED, _ENCOUNTERS, settings.topics.events)
            console.print(
                f"Publishing {len(given.claims)} made-up claim events ({len(given.claim_ids)} "
                f"claims) and {given.malformed} records that are not claims."
            )
            burst = _flow(console, settings, service, outcome, given, within_s)
            topics = (settings.topics.pass_, settings.topics.pend, settings.topics.deny)
            show(console, outcome, pick_examples(outcome.decisions, given.claims), topics)
            _review(console, settings, service, outcome, given)
            _throughput(console, burst)
            if serve:
                _serve(console, service, kafka.bootstrap_servers)


def _settings(bootstrap_servers: str) -> Settings:
    # The mock answers a fetch only after its maximum wait, even if records have arrived.
    quick = {"fetch.wait.max.ms": SecretStr("10")}
    return Settings(
        bootstrap_servers=bootstrap_servers, partitions=PARTITIONS, kafka=quick, linger_ms=20
    )


def _until_ready(service: Service) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while not service.ready:
        if time.monotonic() > deadline:
            raise NotDecided(f"the stages were not ready after {_READY_WITHIN_S:g} s")
        time.sleep(0.05)


def _flow(
    console: Console,
    settings: Settings,
    service: Service,
    outcome: DemoRecords,
    given: DemoInput,
    within_s: float,
) -> Burst:
    """Publish all records, wait until all is decided, and return the timing of the final burst.

    The first half is published in portions, each after the previous one is decided. Otherwise the
    order in which the claims of two patients reach their supervisor would be random.
    """
    expected, deadline = len(given.claim_ids), time.monotonic() + within_s
    middle = len(given.records) // 2
    with _progress(console, expected) as report:
        for start in range(0, middle, _PORTION):
            portion = given.records[start : min(start + _PORTION, middle)]
            publish_records(settings.kafka_options(), portion)
            outcome.wait(service, deadline, report)
        begun = time.monotonic()
        publish_records(settings.kafka_options(), given.records[middle:])
        outcome.wait(service, deadline, report)
    seconds = time.monotonic() - begun
    decided = len(outcome.newest())
    if decided != expected or len(outcome.dead_letters) != given.malformed:
        raise NotDecided(
            f"{decided} of {expected} claims were decided, and {len(outcome.dead_letters)} of "
            f"{given.malformed} malformed records became dead letters"
        )
    console.print(f"Decided all {expected} claims.")
    return Burst(len(given.records) - middle, seconds)


@contextmanager
def _progress(console: Console, expected: int) -> Iterator[Callable[[int], None]]:
    """A status line on a terminal, or else a line for each quarter of the claims."""
    if console.is_terminal:
        with console.status("deciding ...") as status:
            yield lambda count: status.update(f"decided {count} of {expected} claims")
        return
    reported = 0

    def report(count: int) -> None:
        nonlocal reported
        quarter = 4 * count // expected
        if quarter > reported and count < expected:
            reported = quarter
            console.print(f"  decided {count} of {expected}")

    yield report


def _review(
    console: Console, settings: Settings, service: Service, outcome: DemoRecords, given: DemoInput
) -> None:
    """Let a reviewer answer a held claim, and show what it was and what it has become."""
    held = held_for_a_price(outcome.newest().values())
    if held is None:
        return
    heading(console, "A reviewer answers a held claim")
    tell(console, explain(held))
    topic, review = settings.topics.reviews, answer(held, given.claims)
    tell(
        console,
        f"\nPublishing a review to {topic}: {review.outcome} {review.edit_id} on line "
        f"{review.line_number} of claim {review.claim_id}, because {review.reason_code}.\n",
    )
    publish_records(settings.kafka_options(), [record_of(review, topic)])
    outcome.wait(service, time.monotonic() + _REVIEWED_WITHIN_S, lambda _: None)
    after = outcome.newest()[held.claim_id]
    if after.trigger_event_id != review.review_id:
        raise NotDecided(f"the review of claim {held.claim_id} led to no revision")
    tell(console, explain(after))


def _throughput(console: Console, burst: Burst) -> None:
    heading(console, "Throughput")
    console.print(
        f"The last {burst.events} events came in one burst: {burst.seconds:.2f} s from the first "
        f"byte published to the last decision read, {burst.events / burst.seconds:.0f} events a "
        "second. With so few it is mostly waiting for batches to fill; it is not a benchmark."
    )
    console.print(
        "\nThe embedded broker is librdkafka's mock cluster. It keeps no transactional offsets and "
        "shows aborted records, so this proves the flow, not exactly-once: `make test` proves that "
        "on a real Kafka, with processes killed in the middle."
    )


def _serve(console: Console, service: Service, bootstrap_servers: str) -> None:
    """Keep running until SIGINT or SIGTERM. Raises the error that stopped a stage."""
    ended = threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:
        ended.set()

    before = {sig: signal.signal(sig, end) for sig in (signal.SIGTERM, signal.SIGINT)}
    console.print(f"\nStill running. Metrics: {service.address}/metrics (also /healthz, /readyz).")
    console.print(f"Kafka: STREAM_EDITS_BOOTSTRAP_SERVERS={bootstrap_servers}", soft_wrap=True)
    console.print("Ctrl-C ends it.")
    try:
        while not ended.wait(0.2):
            service.check()
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)
