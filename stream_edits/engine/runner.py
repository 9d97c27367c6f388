"""The loop of one stage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from stream_edits.metrics import Metrics, StageMetrics

from . import log
from .batches.batch import Batch, BatchBuilder
from .batches.batch_metrics import count_committed
from .batches.batch_size import BatchSize
from .batches.circuit_breaker import CircuitBreaker
from .batches.inbox import Inbox
from .clock import SystemClock
from .config import StageConfig
from .errors import APART, EngineStopped, Interrupted, Retriable
from .membership.other_programs import OtherPrograms
from .membership.partitions import Partitions
from .membership.peers import Peers
from .membership.rejoining import Rejoining
from .ports import Clock, KafkaPort, Output, Processor, Record, StateWatch
from .recovery import Member, Recovery
from .topics.known_topics import KnownTopics
from .topics.start_check import Asker, check_topics_fit
from .transaction import TransactionAborted, Transactions

_MEASURE_EVERY_S = 5.0


class StageRunner:
    """One stage = one group = one input topic = at most one changelog = one producer.

    `run()` is `start()`, then `run_round()` until stopped, then `close()`.
    """

    def __init__(
        self,
        config: StageConfig,
        processor: Processor,
        port: KafkaPort | None = None,
        metrics: Metrics | None = None,
        clock: Clock | None = None,
        on_committed: Callable[[Sequence[Output]], None] | None = None,
        watch: StateWatch | None = None,
    ) -> None:
        """`port` is the real Kafka unless given. Nothing is connected before `start()`.

        `on_committed` is called with the outputs of each committed transaction, to count them.
        `watch` follows the committed state.
        """
        self.config = config
        self._metrics = StageMetrics(metrics if metrics is not None else Metrics(), config.stage)
        if port is None:
            from .kafka import ConfluentKafka

            port = ConfluentKafka(self._metrics.client)
        self._port = port
        self._clock = clock if clock is not None else SystemClock()
        self._breaker = CircuitBreaker(config.breaker)
        self._on_committed = on_committed
        self._watch = watch
        self._size = BatchSize(config.batch_size)
        self._builder = BatchBuilder(config, processor, self._breaker, self._clock.monotonic)
        self._stop = threading.Event()
        self._transactions: Transactions | None = None
        self._member: Member | None = None
        self._recovery = Recovery(
            config, port, self._builder, self._breaker, self._clock, self._stop.is_set
        )
        self._measure_due = 0.0
        self.last_moved = self._clock.monotonic()
        self._metrics.ask(lambda: self.ready, lambda: self.oldest_event_age_s)

    @property
    def ready(self) -> bool:
        """True when partitions are assigned, perhaps none, and their state is restored.

        Not while other programs are in the group, which take partitions from its stages.
        """
        member = self._member
        if member is None or member.peers.has_other_programs:
            return False
        return member.partitions.assigned and member.partitions.restore is None

    @property
    def oldest_event_age_s(self) -> float:
        """Seconds that the oldest event that is taken and not committed waits; else 0."""
        member = self._member
        since_ms = member.inbox.uncommitted_since_ms() if member is not None else None
        return 0.0 if since_ms is None else max(0.0, self._clock.wall() - since_ms / 1000)

    def stop(self) -> None:
        """Make `run` end after the current batch. May be called from any thread, repeatedly."""
        self._stop.set()

    def run(self) -> None:
        """Run until `stop()`. Raises an EngineStopped, whose text says what to do."""
        try:
            self.start()
            while not self._stop.is_set():
                self.run_round()
        except Interrupted:
            pass
        except EngineStopped as failure:
            log.error("stopped", stage=self.config.stage, reason=str(failure))
            raise
        except Exception as failure:
            log.error("stopped", stage=self.config.stage, reason=type(failure).__name__)
            raise
        finally:
            self.close()

    def start(self) -> None:
        """Check the topics, fence predecessors, join the group. Raises an EngineStopped."""
        asker = Asker(self.config, self._clock, self._moved, self._stop.is_set)
        topics = check_topics_fit(self.config, self._port, asker)
        self._builder.limits = topics.limits
        self._transactions = Transactions(
            self.config,
            lambda: self._port.sink(self.config, topics.limits),
            self._clock,
            self._retried,
        )
        # Before joining, because the open transaction of a predecessor hides committed offsets.
        self._transactions.init(self._stop.is_set)
        known = KnownTopics(self.config, self._port, topics.facts, self._clock)
        asker.answer("known_topics", known.read_marks, self.config.restore_stall_s)
        source = self._port.source(self.config)
        peers = Peers(
            self.config, self._port, lambda of: self._port.sink(of, topics.limits), self._clock
        )
        partitions = Partitions(
            self.config,
            source=source,
            known=known,
            open_reader=lambda: self._port.changelog_reader(self.config),
            clock=self._clock,
            metrics=self._metrics,
            stopping=self._stop.is_set,
            peers=peers,
            left_out=self._transactions.left_out,
            watch=self._watch,
        )
        inbox = Inbox(self.config, source, partitions, self._clock, self._size)
        rejoining = Rejoining(
            self.config, source, partitions, known, self._clock, self._transactions.left_out
        )
        other_programs = OtherPrograms(self.config, source, known, partitions, peers, self._clock)
        self._member = Member(
            source, known, partitions, self._transactions, inbox, rejoining, peers, other_programs
        )
        source.subscribe(partitions)

    def run_round(self) -> None:
        """Poll once, and process and commit a batch if there are records to process."""
        member = self._member
        if member is None:
            raise EngineStopped("the runner is not started")
        self._moved()
        member.known.check()
        member.rejoining.check()
        member.peers.check()
        member.other_programs.check()
        try:
            records = member.inbox.take()
        except APART:
            # If a topic was created again, that is the true reason.
            with suppress(Retriable):
                member.known.confirm()
            raise
        starts = member.partitions.starts_to_commit()
        started = not starts or self._commit(Batch(starts), member)
        if records and started:
            self._process(records, member)
        member.inbox.finish_round()
        if self._clock.monotonic() >= self._measure_due:
            self._measure_due = self._clock.monotonic() + _MEASURE_EVERY_S
            self._measure(member)

    def close(self) -> None:
        """Close the producer, then the consumer: an open transaction needs the membership."""
        if self._transactions is not None:
            self._transactions.close()
            self._transactions = None
        member, self._member = self._member, None
        if member is not None:
            try:
                member.source.close()
            except (EngineStopped, Interrupted, Retriable) as failure:
                log.warning("close_failed", stage=self.config.stage, error=type(failure).__name__)
            member.partitions.close()
        log.info("closed_runner", stage=self.config.stage)

    def _process(self, records: Sequence[Record], member: Member) -> None:
        """Process `records`, commit the batch, hold the records that were left."""
        begun = self._clock.monotonic()
        batch = self._builder.build(records, member.partitions.views)
        took_s = self._clock.monotonic() - begun
        if batch.events and not self._commit(batch, member):
            self._size.on_aborted()
            return
        self._size.note(batch.events, took_s)
        if batch.rest is not None:
            member.inbox.hold(batch.rest, progressed=batch.events > 0)
            if batch.rest.reason is not None:
                self._metrics.retried_events.inc()

    def _commit(self, batch: Batch, member: Member) -> bool:
        """True if the batch was committed, False if it was aborted."""
        begun = self._clock.monotonic()
        try:
            member.known.confirm()
            views = member.partitions.views
            member.transactions.send(batch, views, member.source, member.known)
        except Retriable as away:
            self._metrics.aborted_for(away.code)
            self._recovery.rewind(away.code, away.reason or away.code, member)
            return False
        except TransactionAborted as aborted:
            self._metrics.aborted_for(aborted.code)
            self._recovery.after(aborted, batch, member)
            return False
        finally:
            self._metrics.transaction_seconds.observe(self._clock.monotonic() - begun)
        member.partitions.on_committed(batch.offsets)
        self._breaker.count_batch(batch.events)
        self._builder.count_batch(batch.events)
        self._recovery.on_committed()
        since_ms = member.inbox.taken_since_ms(batch.events)
        count_committed(batch, self.config.stage, self._metrics, self._clock.wall(), since_ms)
        if self._on_committed is not None:
            self._on_committed(batch.outputs)
        return True

    def _measure(self, member: Member) -> None:
        """Set the gauges of the partitions, and let the producer report its statistics."""
        behind = member.inbox.uncommitted_since_ms() is not None
        member.partitions.measure(behind, member.inbox.holds)
        member.transactions.poll()

    def _moved(self) -> None:
        self.last_moved = self._clock.monotonic()

    def _retried(self) -> None:
        self._metrics.retried_calls.inc()
        self._moved()
