"""`ports.Sink` on confluent-kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import cast

from confluent_kafka import KafkaError, KafkaException, Producer

from ..config import StageConfig
from ..errors import (
    ClientError,
    EngineStopped,
    FatalClientError,
    GaveUp,
    RequiresAbort,
    Retriable,
)
from ..ports import Limits, Output
from .call_watchdog import CallWatchdog
from .client import Refusals, make
from .error_mapping import AWAY, client_errors
from .first_failure import FirstFailure
from .leader_epochs import Membership, placed
from .options import producer_options
from .statistics import NOT_REPORTING

# The transaction has failed before, or the client refuses a record as a broker would.
_FAILED = frozenset({KafkaError._STATE, KafkaError.MSG_SIZE_TOO_LARGE})
_INIT_S = 20.0
_OFFSETS_S = 20.0
# A call that exceeds its own time-out by this much will not return.
_GRACE_S = 15.0
# The remaining time of the transaction. librdkafka's manual warns against any other value.
_REMAINING = -1.0


class ConfluentSink:
    """The transactional producer."""

    def __init__(
        self,
        config: StageConfig,
        limits: Limits,
        reporting: Mapping[str, object] = NOT_REPORTING,
    ) -> None:
        """`reporting` holds the client options for statistics."""
        self._failure = FirstFailure(config.stage)
        self._refusals = Refusals(config.stage)
        self._watchdog = CallWatchdog(f"transactions-{config.stage}")
        self._transaction_s = config.transaction_timeout_ms / 1000
        self._full_until = 0.0
        self._producer = make(
            Producer,
            {
                **reporting,
                **producer_options(config, limits),
                "on_delivery": self._failure.delivered,
            },
            self._refusals,
            self._failure,
        )

    def init(self) -> None:
        self._call(
            "init_transactions", lambda: self._producer.init_transactions(_INIT_S), _INIT_S, AWAY
        )

    def begin(self) -> None:
        self._failure.forget()
        self._full_until = time.monotonic() + self._transaction_s
        with client_errors("begin_transaction"):
            self._producer.begin_transaction()

    def produce(self, outputs: Iterable[Output]) -> None:
        produce = self._producer.produce
        with self._producing():
            for topic, key, value, headers, _ in outputs:
                while True:
                    try:
                        if headers:
                            produce(topic, value, key, headers=list(headers))
                        else:
                            produce(topic, value, key)
                        break
                    except BufferError:
                        self._make_room()

    def produce_at(
        self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes | None]]
    ) -> None:
        produce = self._producer.produce
        with self._producing():
            for key, value in items:
                while True:
                    try:
                        produce(topic, value, key, partition)
                        break
                    except BufferError:
                        self._make_room()

    def send_offsets(
        self, topic: str, topic_id: str | None, offsets: Mapping[int, int], metadata: object
    ) -> None:
        group, epochs = cast(Membership, metadata)
        note = topic_id or ""
        places = [
            placed(topic, number, offset, epochs.before(number, offset), note)
            for number, offset in offsets.items()
        ]
        self._call(
            "send_offsets_to_transaction",
            lambda: self._producer.send_offsets_to_transaction(places, group, _OFFSETS_S),
            _OFFSETS_S,
        )

    def commit(self) -> None:
        self._call(
            "commit_transaction",
            lambda: self._producer.commit_transaction(_REMAINING),
            self._transaction_s,
        )

    def abort(self) -> None:
        self._call(
            "abort_transaction",
            lambda: self._producer.abort_transaction(_REMAINING),
            self._transaction_s,
        )

    def poll(self) -> None:
        self._producer.poll(0)

    def close(self) -> None:
        self._watchdog.close()
        if self._watchdog.hangs:
            return
        # A producer that has failed raises its error again here; it was reported before.
        with suppress(KafkaException):
            self._producer.purge()
            self._producer.poll(0)

    def _call(
        self,
        name: str,
        call: Callable[[], None],
        timeout_s: float,
        away: frozenset[int] = frozenset(),
    ) -> None:
        """An error names the first failure of the transaction, if that is known.

        A Retriable says which host does not resolve, if that may be why there was no answer.
        """
        self._refusals.forget()
        try:
            with client_errors(name, away):
                self._watchdog.run(name, call, timeout_s + _GRACE_S)
        except RequiresAbort as failure:
            self._producer.poll(0)
            raise self._failure.as_error(failure.code) from None
        except Retriable as failure:
            self._producer.poll(0)
            raise Retriable(failure.code, self._refusals.unresolved) from None
        except FatalClientError as failure:
            raise self._failure.before(failure) from None

    @contextmanager
    def _producing(self) -> Iterator[None]:
        """Raises RequiresAbort when the transaction failed meanwhile: records are refused then."""
        try:
            with client_errors("produce", _FAILED):
                yield
        except Retriable as failure:
            self._producer.poll(0)
            raise self._failure.as_error(failure.code) from None
        except GaveUp:
            raise self._why_it_gave_up() from None

    def _why_it_gave_up(self) -> EngineStopped:
        """`produce` says only that the client gave up. The calls of the transaction say why."""
        try:
            with client_errors("produce"):
                self._watchdog.run("abort_transaction", self._abort_at_once, _GRACE_S)
        except EngineStopped as cause:
            return cause
        except ClientError as failure:
            return FatalClientError(f"produce failed for good with {failure.code}")
        return FatalClientError("produce failed for good: a restart resumes")

    def _abort_at_once(self) -> None:
        self._producer.abort_transaction(0.0)

    def _make_room(self) -> None:
        """Wait for deliveries, because the local queue is full.

        Raises RequiresAbort when one has failed, or when the transaction has timed out meanwhile.
        """
        self._producer.poll(0.1)
        if self._failure.code is None and time.monotonic() > self._full_until:
            self._failure.code = "_TIMED_OUT"
        if self._failure.code is not None:
            raise self._failure.as_error(self._failure.code)
