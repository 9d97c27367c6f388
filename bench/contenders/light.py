"""Light load: the latency of decisions with some claims a second through the whole pipeline.

The variant ``bare`` measures the same of three bare loops, one after the other: consume what is
there, produce it, one transaction.

Latency is the time from the claim's record timestamp until a read_committed consumer reads the
decision. For bench/payer it also measures the time of a small transaction, the time from its commit
until the consumer reads it, and the time from process start until the groups are joined.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

from confluent_kafka import Consumer, Producer

from bench.contenders.hops import BareHops
from bench.contenders.pipeline import runners_on
from bench.inputs import EVENTS, records_of
from bench.job import Job, Meter
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.group import run_together
from stream_edits.engine.ports import Output
from stream_edits.metrics import Metrics

PER_S = 200


def run(job: Job, variant: str = "pipeline") -> None:
    """Publish ``job.records`` claims at a constant rate, and await the first decision on each."""
    if variant == "bare":
        hops = BareHops(job)
        waits, _, seconds = _observed(job, hops.end)
        _report(job, waits, transactions_per_s=hops.transactions / seconds)
    else:
        _run_pipeline(job)


def _run_pipeline(job: Job) -> None:
    committed: dict[bytes, float] = {}

    def note(outputs: Sequence[Output]) -> None:
        now = time.time()
        for output in outputs:
            if isinstance(output.about, ClaimDecision):
                committed.setdefault(output.about.claim_id.encode(), now)

    metrics = Metrics()
    runners = runners_on(job, job.settings.topics.events, note, metrics)
    thread = threading.Thread(target=run_together, args=(runners, False))
    thread.start()
    while not all(runner.ready for runner in runners):
        time.sleep(0.1)
    start_s = _age_s()

    def end() -> None:
        for runner in runners:
            runner.stop()
        thread.join()

    waits, seen, seconds = _observed(job, end)
    total_s, transactions = _transactions(metrics)
    _report(
        job,
        waits,
        transaction_ms=total_s / transactions * 1000,
        transactions_per_s=transactions / seconds,
        seen_ms=median(seen[claim_id] - at for claim_id, at in committed.items()) * 1000,
        start_s=start_s,
    )


def _observed(job: Job, end: Callable[[], None]) -> tuple[list[float], dict[bytes, float], float]:
    """Publish and wait for every decision: the waits, when each was read, and the seconds of all.

    ``end`` ends what decides.
    """
    observer = _Observer(job)
    observer.start()
    observer.joined.wait(60)
    begun = time.monotonic()
    published = _publish(job)
    observer.join(60)
    seconds = time.monotonic() - begun
    end()
    waits = [observer.seen[claim_id] - at for claim_id, at in published.items()]
    return waits, observer.seen, seconds


def _report(job: Job, waits: list[float], **more: float) -> None:
    cuts = quantiles(waits, n=100)
    Meter(job.records).report(p50_ms=cuts[49] * 1000, p99_ms=cuts[98] * 1000, **more)


def _age_s() -> float:
    """Seconds since this process was started, from /proc."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    ticks_at_start = int(fields[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks_at_start / os.sysconf("SC_CLK_TCK")


def _transactions(metrics: Metrics) -> tuple[float, float]:
    """The seconds of all transactions of all stages, from begin to the end of commit; how many."""
    totals = {"sum": 0.0, "count": 0.0}
    for family in metrics.registry.collect():
        for sample in family.samples:
            for end in totals:
                if sample.name == f"stream_edits_transaction_seconds_{end}":
                    totals[end] += sample.value
    return totals["sum"], totals["count"]


def _publish(job: Job) -> dict[bytes, float]:
    """The time at which each claim was published, by its id."""
    producer = Producer({**job.settings.kafka_options(), "linger.ms": 0})
    read = ClaimReader(PackagedSchemas()).decode
    records = records_of(EVENTS, job.records)[: job.records]
    ids = [read(value).claim_id.encode() for _, value in records]
    published: dict[bytes, float] = {}
    for claim_id, (_, value) in zip(ids, records, strict=True):
        published[claim_id] = time.time()
        # Keyed as decisions are, because the bare loops do not decode. Intake keys by member.
        producer.produce(job.settings.topics.events, value, claim_id)
        producer.poll(0)
        time.sleep(1 / PER_S)
    producer.flush()
    return published


class _Observer(threading.Thread):
    """Reads the decisions like a downstream consumer."""

    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True)
        topics = job.settings.topics
        self._wanted = job.records
        self.seen: dict[bytes, float] = {}
        # Otherwise decisions would look late that were only not read yet.
        self.joined = threading.Event()
        self._consumer = Consumer(
            {
                **job.settings.kafka_options(),
                "group.id": f"{job.settings.group_prefix}-observer",
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
            }
        )
        self._consumer.subscribe(
            [topics.pass_, topics.pend, topics.deny], on_assign=lambda *_: self.joined.set()
        )

    def run(self) -> None:
        while len(self.seen) < self._wanted:
            message = self._consumer.poll(1.0)
            if message is not None and message.error() is None:
                self.seen.setdefault(message.key() or b"", time.time())
        self._consumer.close()
