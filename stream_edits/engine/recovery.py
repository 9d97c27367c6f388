"""What follows an aborted transaction: its cause is looked into, its events are read again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import log
from .batches.batch import REFUSALS, Batch, BatchBuilder
from .batches.circuit_breaker import CircuitBreaker
from .batches.inbox import Inbox
from .config import StageConfig
from .errors import TooManyAborts
from .membership.other_programs import OtherPrograms
from .membership.partitions import Partitions
from .membership.peers import Peers
from .membership.rejoining import Rejoining
from .ports import Clock, KafkaPort, Source
from .topics.known_topics import KnownTopics
from .topics.start_check import limits_now
from .transaction import FORGOTTEN, TAKEN_FOR_DEAD, TransactionAborted, Transactions, remedy_of


class Member(NamedTuple):
    """The runner's part in its group; it exists from `start()` to `close()`."""

    source: Source
    known: KnownTopics
    partitions: Partitions
    transactions: Transactions
    inbox: Inbox
    rejoining: Rejoining
    peers: Peers
    other_programs: OtherPrograms


class Recovery:
    """Counts the aborts in a row, and undoes each."""

    def __init__(
        self,
        config: StageConfig,
        port: KafkaPort,
        builder: BatchBuilder,
        breaker: CircuitBreaker,
        clock: Clock,
        stopping: Callable[[], bool],
    ) -> None:
        """`stopping` says whether the runner was asked to stop."""
        self._config = config
        self._port = port
        self._builder = builder
        self._breaker = breaker
        self._clock = clock
        self._stopping = stopping
        self._aborts = 0

    def on_committed(self) -> None:
        """A transaction was committed, so no aborts are in a row any more."""
        self._aborts = 0

    def after(self, aborted: TransactionAborted, batch: Batch, member: Member) -> None:
        """Act on the cause of an abort, then rewind. Raises an EngineStopped."""
        code = aborted.code
        if code in REFUSALS and (limits := limits_now(self._config, self._port)) is not None:
            self._builder.limits = limits
            self._builder.on_refused(batch)
        self.rewind(code, aborted.reason, member)
        if code in FORGOTTEN or code == TAKEN_FOR_DEAD:
            log.warning("producer_renewed", stage=self._config.stage, error=code)
            member.transactions.renew(self._stopping)

    def rewind(self, code: str, reason: str, member: Member) -> None:
        """Undo an aborted batch, and read its events again after a pause.

        Raises TooManyAborts.
        """
        self._breaker.discard_batch()
        member.inbox.rewind(member.partitions.on_aborted())
        self._aborts += 1
        log.warning(
            "aborted",
            stage=self._config.stage,
            error=code,
            reason=reason,
            in_a_row=self._aborts,
        )
        if self._aborts >= self._config.max_aborts:
            raise TooManyAborts(
                f"{self._aborts} transactions in a row were aborted, the last with {reason}: "
                f"{remedy_of(code)}"
            )
        if self._aborts > 1:
            self._clock.sleep(min(0.1 * 2**self._aborts, 5.0))
