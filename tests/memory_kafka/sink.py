"""The transactional producer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import FatalClientError, ProducerFenced, RequiresAbort
from stream_edits.engine.ports import Headers, Output
from tests.memory_kafka.group import Member
from tests.memory_kafka.log import Txn
from tests.memory_kafka.murmur2 import partition_of

if TYPE_CHECKING:
    from tests.memory_kafka.broker import Broker


class MemorySink:
    """A producer in memory.

    `fenced` is set by the broker and noticed at the next request; `broken` is a fatal error of the
    client. `failed` is the error after which the transaction can only be aborted. A commit or abort
    whose answer was lost is resumed by calling it again.
    """

    def __init__(self, broker: Broker, config: StageConfig) -> None:
        self.broker = broker
        self.config = config
        self.txn: Txn | None = None
        self.fenced = False
        self.broken = False
        self.failed = ""
        self._ready = False
        self._last: Txn | None = None

    @property
    def ended(self) -> bool:
        """True without a transaction, or with one that the broker has decided."""
        return self.txn is None or self.txn.state != "open"

    def init(self) -> None:
        self._refuse_if_broken()
        if self.fenced:
            self._break("_FENCED")
        self.broker.complete(self.config.transactional_id)
        before = self.broker.producers.get(self.config.transactional_id)
        if before is not None and before is not self:
            if not before.ended and before.txn is not None:
                self.broker.finish(before.txn, "aborted")
                self.broker.complete(self.config.transactional_id)
            before.fenced = True
        self.broker.producers[self.config.transactional_id] = self
        self._ready = True

    def begin(self) -> None:
        self._refuse_if_broken()
        if self.txn is not None or not self._ready:
            self._break("_STATE")
        self.failed = ""
        self.txn = Txn(self.config.transactional_id)

    def produce(self, outputs: Iterable[Output]) -> None:
        for topic, key, value, headers, _ in outputs:
            count = self.broker.counts[topic]
            number = self.broker.now_ms % count if key is None else partition_of(key, count)
            self._append(topic, number, key, value, headers)

    def produce_at(
        self, topic: str, partition: int, items: Iterable[tuple[bytes, bytes | None]]
    ) -> None:
        for key, value in items:
            self._append(topic, partition, key, value, ())

    def send_offsets(
        self, topic: str, topic_id: str | None, offsets: Mapping[int, int], metadata: object
    ) -> None:
        txn = self._open()
        self._refuse_if_failed()
        if self.fenced:
            self._break("_FENCED")
        group = self.broker.group(self.config)
        assert isinstance(metadata, tuple)
        member, generation = metadata
        assert isinstance(member, Member)
        if member.replaced:
            self._fail("FENCED_INSTANCE_ID")
        if member not in group.members:
            self._fail("UNKNOWN_MEMBER_ID")
        if generation != group.generation:
            self._fail("ILLEGAL_GENERATION")
        txn.group = self.config.group_id
        txn.offsets.update(offsets)
        txn.topic_id = topic_id
        group.pending.setdefault(txn, {}).update(offsets)

    def commit(self) -> None:
        self._refuse_if_failed()
        self._end("committed")

    def abort(self) -> None:
        self._end("aborted")
        self.failed = ""

    def poll(self) -> None:
        """Nothing to do: it has no callbacks."""

    def close(self) -> None:
        """An open transaction stays open at the broker."""

    def _end(self, state: str) -> None:
        txn = self._open(ended=True)
        if self.fenced:
            self._break("_FENCED")
        if txn.state not in ("open", state):
            self._break("_STATE")
        if txn.state == "open":
            self.broker.finish(txn, state)
        self._last, self.txn = txn, None

    def unheard(self) -> None:
        """True if the answer of the last commit or abort was lost, so that it must be repeated."""
        self.txn = self._last

    def _append(
        self, topic: str, number: int, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        txn = self._open()
        self._refuse_if_failed()
        if self.fenced:
            return
        if not txn.touched:
            self.broker.complete(self.config.transactional_id)
        if self.broker.refuses(topic, value):
            self.failed = "MSG_SIZE_TOO_LARGE"
            return
        self.broker.put(topic, number, key, value, headers, txn)

    def _open(self, ended: bool = False) -> Txn:
        self._refuse_if_broken()
        if self.txn is None or (self.ended and not ended and not self.fenced):
            self._break("_STATE")
        assert self.txn is not None
        return self.txn

    def _refuse_if_failed(self) -> None:
        if self.failed:
            raise RequiresAbort(self.failed)

    def _refuse_if_broken(self) -> None:
        if self.broken:
            raise FatalClientError("the producer failed before")

    def _fail(self, code: str) -> None:
        self.failed = code
        raise RequiresAbort(code)

    def _break(self, code: str) -> None:
        self.broken = True
        raise (ProducerFenced if code == "_FENCED" else FatalClientError)(code)
