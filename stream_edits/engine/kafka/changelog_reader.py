"""`ports.ChangelogReader` on confluent-kafka."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    IsolationLevel,
    KafkaError,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec

from .. import log
from ..config import StageConfig
from ..errors import FatalClientError
from ..ports import Chunk
from .client import Refusals, ask_for_leaders, make
from .error_mapping import AWAY, FINAL_OF_CHANGELOG, client_errors, raise_final
from .freed_memory import give_back
from .futures import result_of
from .options import CHECKED, reader_options


class ConfluentReader:
    """A consumer that is assigned to partitions. It joins no group and commits nothing."""

    def __init__(self, config: StageConfig, checks: Mapping[str, object] = CHECKED) -> None:
        if config.changelog_topic is None:
            raise FatalClientError("a stage without a changelog has nothing to restore")
        self._topic = config.changelog_topic
        self._stage = config.stage
        self._kafka = dict(config.kafka)
        self._consumer = make(Consumer, reader_options(config, checks), Refusals(config.stage))

    def end_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        return self._offsets(partitions, OffsetSpec.latest(), timeout_s)  # type: ignore[no-untyped-call]

    def first_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        return self._offsets(partitions, OffsetSpec.earliest(), timeout_s)  # type: ignore[no-untyped-call]

    def _offsets(
        self, partitions: Collection[int], spec: OffsetSpec, timeout_s: float
    ) -> dict[int, int]:
        """Asks with an admin client: a read_committed consumer gets the last stable offset."""
        questions = {TopicPartition(self._topic, number): spec for number in partitions}
        offsets = {}
        # A new client each time: after a broker's crash, a client keeps using the epoch of the old
        # leader.
        admin = make(AdminClient, self._kafka)
        with client_errors("list_offsets", AWAY):
            answers = admin.list_offsets(
                questions,
                isolation_level=IsolationLevel.READ_UNCOMMITTED,
                request_timeout=timeout_s,
            )
            for place, future in answers.items():
                offsets[place.partition] = result_of(future, timeout_s).offset
        return offsets

    def start(self, partitions: Collection[int]) -> None:
        ask_for_leaders(self._consumer, self._topic)
        with client_errors("assign"):
            self._consumer.assign(
                [TopicPartition(self._topic, number, OFFSET_BEGINNING) for number in partitions]
            )

    def consume(self, limit: int, timeout_s: float) -> Chunk:
        with client_errors("consume"):
            messages = self._consumer.consume(limit, timeout_s)
        records: list[tuple[int, bytes, bytes | None]] = []
        ends: dict[int, int] = {}
        last: dict[int, int] = {}
        for message in messages:
            error = message.error()
            number = message.partition() or 0
            if error is None:
                records.append((number, message.key() or b"", message.value()))
                ends.pop(number, None)
                last[number] = message.offset() or 0
            elif error.code() == KafkaError._PARTITION_EOF:
                ends[number] = message.offset() or 0
            else:
                self._raise_if_final(error, number)
        return Chunk(records, ends, {number: offset + 1 for number, offset in last.items()})

    def close(self) -> None:
        self._consumer.close()
        # What was read ahead, and older values of each key.
        give_back()

    def _raise_if_final(self, error: KafkaError, number: int) -> None:
        if error.fatal() or error.code() in FINAL_OF_CHANGELOG:
            raise_final(error, f"{self._topic}/{number}")
        log.warning("client_error", stage=self._stage, error=error.name())
