"""`ports.Sink` on confluent-kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicPartition

from .. import log
from ..config import StageConfig
from ..errors import RequiresAbort
from ..ports import Limits, Output
from .call_watchdog import CallWatchdog
from .client import make
from .error_mapping import AWAY, client_errors, raise_classified
from .options import producer_options
from .statistics import NOT_REPORTING

_PURGED = frozenset({KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT})
_INIT_S = 20.0
_OFFSETS_S = 20.0
# A call that exceeds its own time-out by this much will not return.
_GRACE_S = 15.0
# The remaining time of the transaction. librdkafka's manual warns against any other value.
_REMAINING = -1.0


@contextmanager
def _produce_errors() -> Iterator[None]:
    """A record that the client itself refuses aborts the transaction, as one that a broker does."""
    try:
        yield
    except KafkaException as failure:
        error = failure.args[0]
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            raise RequiresAbort(error.name()) from None
        raise_classified(error, "produce")


class ConfluentSink:
    """The transactional producer."""

    def __init__(
        self,
        config: StageConfig,
        limits: Limits,
        reporting: Mapping[str, object] = NOT_REPORTING,
    ) -> None:
        """`reporting` holds the client options for statistics."""
        self._stage = config.stage
        self._failed: str | None = None
        self._watchdog = CallWatchdog(f"transactions-{config.stage}")
        self._transaction_s = config.transaction_timeout_ms / 1000
        self._full_until = 0.0
        self._producer = make(
            Producer,
            {**reporting, **producer_options(config, limits), "on_delivery": self._delivered},
        )

    def init(self) -> None:
        self._call(
            "init_transactions", lambda: self._producer.init_transactions(_INIT_S), _INIT_S, AWAY
        )

    def begin(self) -> None:
        self._failed = None
        self._full_until = time.monotonic() + self._transaction_s
        with client_errors("begin_transaction"):
            self._producer.begin_transaction()

    def produce(self, outputs: Iterable[Output]) -> None:
        produce = self._producer.produce
        with _produce_errors():
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
        with _produce_errors():
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
        note = topic_id or ""
        places = [TopicPartition(topic, number, offset, note) for number, offset in offsets.items()]
        self._call(
            "send_offsets_to_transaction",
            lambda: self._producer.send_offsets_to_transaction(places, metadata, _OFFSETS_S),
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
        self._failed = None

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
        with client_errors(name, away):
            self._watchdog.run(name, call, timeout_s + _GRACE_S)

    def _make_room(self) -> None:
        """Wait for deliveries, because the local queue is full.

        Raises RequiresAbort when one has failed, or when the transaction has timed out meanwhile.
        """
        self._producer.poll(0.1)
        if self._failed is None and time.monotonic() > self._full_until:
            self._failed = "_TIMED_OUT"
        if self._failed is not None:
            raise RequiresAbort(self._failed)

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        """Keep the first failure of the transaction, whose commit will raise RequiresAbort.

        The client calls this for failures only. Those of a purge follow an abort and do not count.
        """
        if error is None or error.code() in _PURGED:
            return
        if self._failed is None:
            self._failed = error.name()
            log.warning(
                "delivery_failed", stage=self._stage, topic=message.topic(), error=error.name()
            )
