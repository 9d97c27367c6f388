"""One transaction: begin, changelog, outputs, offsets, commit; or abort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from . import log
from .batches.batch import Batch
from .config import StageConfig
from .errors import (
    ClientError,
    EngineStopped,
    Interrupted,
    OutcomeUnknown,
    ProducerFenced,
    RequiresAbort,
    Retriable,
)
from .ports import Clock, Output, Sink, Source
from .state.changelog import progress_value
from .state.store import PROGRESS_KEY, UncommittedState
from .topics.known_topics import KnownTopics, Mark, mark_key, mark_value

# The brokers have removed the transactional id after idle days (transactional.id.expiration.ms),
# and with it the transaction: there is nothing to abort.
FORGOTTEN = frozenset({"INVALID_PRODUCER_ID_MAPPING"})
# A peer has taken this process for dead before its first commit as a member: see `peers`.
TAKEN_FOR_DEAD = "PRODUCER_FENCED"
# The producer stamps each record with the time of its host.
_WRONG_CLOCK = (
    "the brokers refuse the time of the records: set the clock of this host, then see "
    "message.timestamp.* of the topics written to"
)
_REFUSED = "check the brokers, the ACLs and max.message.bytes of the topics written to"
_TOO_SLOW = "the brokers are slow or away, or a quota of this user or client throttles it"
_TIMED_OUT = frozenset({"_TIMED_OUT", "_MSG_TIMED_OUT", "REQUEST_TIMED_OUT"})

_FIRST_WAIT_S = 0.1
_MOST_WAIT_S = 2.0


class TransactionAborted(Exception):
    """The transaction was aborted and had no effect. `code` is the client's name of the error.

    `reason` names the topic as well, where that is known.
    """

    def __init__(self, code: str, reason: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason or code


def remedy_of(code: str) -> str:
    """What to do when transactions are aborted with this code again and again."""
    if code in _TIMED_OUT:
        return _TOO_SLOW
    return _WRONG_CLOCK if code == "INVALID_TIMESTAMP" else _REFUSED


class Transactions:
    """The transactions of one producer, one after another."""

    def __init__(
        self,
        config: StageConfig,
        open_sink: Callable[[], Sink],
        clock: Clock,
        on_retry: Callable[[], None],
    ) -> None:
        """`open_sink` creates a producer; `on_retry` is called before each retry of a call."""
        self._config = config
        self._open_sink = open_sink
        self._sink = open_sink()
        self._clock = clock
        self._on_retry = on_retry
        self.open = False
        # Whether a transaction was committed since the process last joined its group.
        self._established = False

    def left_out(self) -> None:
        """The group went on without us. Others may have fenced the producer until we joined."""
        self._established = False

    def init(self, stopping: Callable[[], bool]) -> None:
        """Fence earlier producers with the same transactional id and end their transaction.

        Raises OutcomeUnknown after the budget, Interrupted when `stopping()`.
        """

        def init() -> None:
            if stopping():
                raise Interrupted
            self._sink.init()

        self._resume("init_transactions", init, self._config.init_budget_s)

    def send(
        self,
        batch: Batch,
        views: Mapping[int, UncommittedState],
        source: Source,
        known: KnownTopics,
    ) -> None:
        """Write and commit a batch. `views` are the states by partition; raises like `commit`."""
        marks = known.to_write(batch.offsets)

        def write(sink: Sink) -> None:
            if self._config.changelog_topic is not None:
                self._write_changelog(self._config.changelog_topic, batch, views)
            sink.produce(batch.outputs)
            if marks:
                sink.produce(self._marks(marks))
            self._send_offsets(batch, source, known.input_id)

        self.commit(write)
        known.on_committed(dict(marks))

    def renew(self, stopping: Callable[[], bool]) -> None:
        """Replace a producer that was fenced or forgotten: nothing of it is pending."""
        self.open = False
        self._sink.close()
        self._sink = self._open_sink()
        self.init(stopping)

    def commit(self, write: Callable[[Sink], None]) -> None:
        """Commit what `write` produces in one transaction.

        Raises TransactionAborted after a completed abort, or an EngineStopped when the producer is
        unusable or the outcome unknown.
        """
        try:
            self._write(write)
            self._resume("commit_transaction", self._sink.commit, self._config.transaction_budget_s)
            self.open = False
            self._established = True
        except (RequiresAbort, Retriable) as failure:
            if self.open and failure.code not in FORGOTTEN:
                self.abort()
            raise TransactionAborted(failure.code, failure.reason) from None

    def _write(self, write: Callable[[Sink], None]) -> None:
        """Begin and write, up to the commit.

        A fence that is met here has aborted the transaction. From the commit on that is unknown: it
        may have been fenced after it was committed, and only a restart finds out.
        """
        try:
            self._sink.begin()
            self.open = True
            write(self._sink)
        except ProducerFenced:
            if self._established:
                raise
            self.open = False
            raise TransactionAborted(TAKEN_FOR_DEAD) from None

    def abort(self) -> None:
        """Abort the open transaction. Raises an EngineStopped if even that fails."""
        self._resume("abort_transaction", self._sink.abort, self._config.transaction_budget_s)
        self.open = False

    def poll(self) -> None:
        """Run the client's callbacks, which otherwise run only while it is used."""
        self._sink.poll()

    def close(self) -> None:
        """Abort an open transaction, if the producer still can, and free the producer."""
        try:
            if self.open:
                self._sink.abort()
        except (ClientError, EngineStopped) as failure:
            log.warning(
                "abort_at_close_failed", stage=self._config.stage, error=type(failure).__name__
            )
        self._sink.close()

    def _write_changelog(
        self, topic: str, batch: Batch, views: Mapping[int, UncommittedState]
    ) -> None:
        """Write the progress record last: a reader that has it has the state as well."""
        for partition, offset in batch.offsets.items():
            self._sink.produce_at(topic, partition, views[partition].batch.items())
            self._sink.produce_at(topic, partition, [(PROGRESS_KEY, progress_value(offset))])

    def _marks(self, marks: Iterable[tuple[int, Mark]]) -> Iterator[Output]:
        config = self._config
        if config.known_topics is None:
            return
        for number, mark in marks:
            key = mark_key(config.group_id, config.input_topic, number)
            yield Output(config.known_topics.name, key, mark_value(mark))

    def _send_offsets(self, batch: Batch, source: Source, input_id: str | None) -> None:
        """Retried until the budget is spent; then the transaction is aborted."""
        deadline = self._clock.monotonic() + self._config.transaction_budget_s
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                # Fetched for every attempt, because generations advance without a callback.
                self._sink.send_offsets(
                    self._config.input_topic, input_id, batch.offsets, source.group_metadata()
                )
                return
            except Retriable as failure:
                if self._clock.monotonic() >= deadline:
                    raise
                wait_s = self._wait("send_offsets_to_transaction", failure, wait_s)

    def _resume(self, name: str, call: Callable[[], None], budget_s: float) -> None:
        """Call again until it succeeds: init, commit and abort resume where they were.

        Raises OutcomeUnknown after `budget_s` seconds.
        """
        deadline = self._clock.monotonic() + budget_s
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                call()
                return
            except Retriable as failure:
                if self._clock.monotonic() >= deadline:
                    raise OutcomeUnknown(
                        f"{name} of {self._config.transactional_id} did not finish within "
                        f"{budget_s:g} s ({failure.code}): {failure.reason or 'check the brokers'}"
                        "; a restart resumes from the committed offsets"
                    ) from None
                wait_s = self._wait(name, failure, wait_s)

    def _wait(self, name: str, failure: Retriable, wait_s: float) -> float:
        log.warning("client_retry", stage=self._config.stage, call=name, error=failure.code)
        self._on_retry()
        self._clock.sleep(wait_s)
        return min(wait_s * 2, _MOST_WAIT_S)
