"""The loop of one stage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from stream_edits.metrics import Metrics, StageMetrics

from . import log
from .batch import Batch, Stepper
from .clock import SystemClock
from .config import StageConfig
from .counting import count_committed
from .dead_letter import CircuitBreaker
from .errors import EngineStopped, Interrupted, Retriable, TooManyAborts
from .inbox import Inbox
from .partitions import Partitions
from .ports import Clock, KafkaPort, Output, Processor, Record, Source
from .start import check_topics_fit
from .transaction import TransactionAborted, Transactions

_LOOK_EVERY_S = 5.0


class _Joined:
    """What exists only while the runner is in its group."""

    def __init__(
        self, source: Source, partitions: Partitions, transactions: Transactions, inbox: Inbox
    ) -> None:
        self.source = source
        self.partitions = partitions
        self.transactions = transactions
        self.inbox = inbox


class StageRunner:
    """One stage = one group = one input topic = at most one changelog = one producer.

    `run()` is `start()`, `turn()` until stopped, `close()`; tests call these one by one.
    """

    def __init__(
        self,
        config: StageConfig,
        processor: Processor,
        port: KafkaPort | None = None,
        metrics: Metrics | None = None,
        clock: Clock | None = None,
        on_committed: Callable[[Sequence[Output]], None] | None = None,
    ) -> None:
        """`port` is the real Kafka unless given; nothing is connected before `start()`.

        `on_committed` is called with the outputs of each committed transaction, to count them.
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
        self._stepper = Stepper(config, processor, self._breaker, self._clock.monotonic)
        self._stop = threading.Event()
        self._transactions: Transactions | None = None
        self._joined: _Joined | None = None
        self._aborts = 0
        self._look_due = 0.0
        self.last_moved = self._clock.monotonic()
        self._metrics.ask(lambda: self.ready, lambda: self.oldest_event_age_s)

    @property
    def ready(self) -> bool:
        """True when assigned (perhaps no partition at all) and restored."""
        joined = self._joined
        if joined is None:
            return False
        return joined.partitions.assigned and joined.partitions.restore is None

    @property
    def oldest_event_age_s(self) -> float:
        """Seconds since the oldest event was published that is taken and not committed; else 0."""
        joined = self._joined
        since_ms = joined.inbox.undecided_since_ms() if joined is not None else None
        return 0.0 if since_ms is None else max(0.0, self._clock.wall() - since_ms / 1000)

    def stop(self) -> None:
        """Ask `run` to end after the batch at hand; callable from any thread, more than once."""
        self._stop.set()

    def run(self) -> None:
        """Run until `stop()`. Raises an EngineStopped, whose text says what to do."""
        try:
            self.start()
            while not self._stop.is_set():
                self.turn()
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
        check_topics_fit(self.config, self._port, self._clock, self._moved, self._stop.is_set)
        self._transactions = Transactions(
            self.config, self._port.sink(self.config), self._clock, self._retried
        )
        # Before joining: a predecessor's open transaction would hide its offsets from us.
        self._transactions.init(self._stop.is_set)
        source = self._port.source(self.config)
        partitions = Partitions(
            self.config,
            source,
            lambda: self._port.changelog_reader(self.config),
            self._clock,
            self._metrics,
            self._stop.is_set,
        )
        inbox = Inbox(self.config, source, partitions, self._clock)
        self._joined = _Joined(source, partitions, self._transactions, inbox)
        source.subscribe(partitions)

    def turn(self) -> None:
        """One round: consume and commit one batch, or go on restoring, or go on waiting."""
        joined = self._joined
        if joined is None:
            raise EngineStopped("the runner is not started")
        self._moved()
        records = joined.inbox.take()
        if records:
            self._work(records, joined)
        joined.inbox.finish_round()
        if self._clock.monotonic() >= self._look_due:
            self._look_due = self._clock.monotonic() + _LOOK_EVERY_S
            self._look(joined)

    def close(self) -> None:
        """Close the transaction, then the consumer: closing it first would forfeit the member."""
        if self._transactions is not None:
            self._transactions.close()
            self._transactions = None
        joined, self._joined = self._joined, None
        if joined is not None:
            try:
                joined.source.close()
            except (EngineStopped, Interrupted, Retriable) as failure:
                log.warning("close_failed", stage=self.config.stage, error=type(failure).__name__)
            joined.partitions.close()
        log.info("closed_runner", stage=self.config.stage)

    def _work(self, records: Sequence[Record], joined: _Joined) -> None:
        """Step `records`, commit what was stepped, hold what was not."""
        batch = self._stepper.step(records, joined.partitions.views)
        if batch.events and not self._commit(batch, joined):
            return
        if batch.rest is not None:
            joined.inbox.hold(batch.rest, progressed=batch.events > 0)
            if batch.rest.reason is not None:
                self._metrics.retried_events.inc()

    def _commit(self, batch: Batch, joined: _Joined) -> bool:
        begun = self._clock.monotonic()
        try:
            joined.transactions.send(batch, joined.partitions.views, joined.source)
        except TransactionAborted as aborted:
            self._metrics.aborted_for(aborted.code)
            self._rewind(aborted.code, joined)
            return False
        finally:
            self._metrics.transaction_seconds.observe(self._clock.monotonic() - begun)
        joined.partitions.committed(batch.offsets)
        self._breaker.keep(batch.events)
        self._aborts = 0
        count_committed(batch, self.config.stage, self._metrics, self._clock.wall())
        if self._on_committed is not None:
            self._on_committed(batch.outputs)
        return True

    def _rewind(self, code: str, joined: _Joined) -> None:
        """State back, breaker back, consumer back; then try again, but not for ever."""
        self._breaker.forget()
        joined.inbox.rewind(joined.partitions.dropped())
        self._aborts += 1
        log.warning("aborted", stage=self.config.stage, error=code, in_a_row=self._aborts)
        if self._aborts >= self.config.max_aborts:
            raise TooManyAborts(
                f"{self._aborts} transactions in a row were aborted, the last with {code}: check "
                "the brokers, the ACLs and max.message.bytes of the topics written to"
            )
        if self._aborts > 1:
            self._clock.sleep(min(0.1 * 2**self._aborts, 5.0))

    def _look(self, joined: _Joined) -> None:
        """What need not be looked at every round."""
        joined.partitions.measure_lag(behind=joined.inbox.undecided_since_ms() is not None)
        joined.transactions.poll()

    def _moved(self) -> None:
        self.last_moved = self._clock.monotonic()

    def _retried(self) -> None:
        self._metrics.retried_calls.inc()
        self._moved()
