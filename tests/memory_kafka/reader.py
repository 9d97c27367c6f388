"""The changelog reader."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from stream_edits.engine.config import StageConfig
from stream_edits.engine.errors import FatalClientError
from stream_edits.engine.ports import Chunk

if TYPE_CHECKING:
    from tests.memory_kafka.broker import Broker

_STEP = 3


class MemoryReader:
    """A reader that delivers few records in a call, so that a restore takes several."""

    def __init__(self, broker: Broker, config: StageConfig) -> None:
        if config.changelog_topic is None:
            raise FatalClientError("a stage without a changelog has nothing to restore")
        self.broker = broker
        self.config = config
        self.topic = config.changelog_topic
        self.positions: dict[int, int] = {}

    def end_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        return {number: self.broker.logs[self.topic, number].end for number in partitions}

    def first_offsets(self, partitions: Collection[int], timeout_s: float) -> dict[int, int]:
        return {number: self.broker.logs[self.topic, number].first for number in partitions}

    def start(self, partitions: Collection[int]) -> None:
        self.positions = {
            number: self.broker.logs[self.topic, number].first for number in partitions
        }

    def consume(self, limit: int, timeout_s: float) -> Chunk:
        records: list[tuple[int, bytes, bytes | None]] = []
        ends: dict[int, int] = {}
        read_to: dict[int, int] = {}
        for number, position in self.positions.items():
            log = self.broker.logs[self.topic, number]
            room = min(limit, _STEP)
            while position < log.stable_end and room:
                entry = log.entries[position]
                if entry is not None and entry.committed:
                    records.append((number, entry.key or b"", entry.value))
                    read_to[number] = position + 1
                    room -= 1
                position += 1
            self.positions[number] = position
            if position == log.stable_end:
                ends[number] = position
        return Chunk(records, ends, read_to)

    def close(self) -> None:
        if self in self.broker.readers:
            self.broker.readers.remove(self)
