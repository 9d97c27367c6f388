"""`ports.KafkaPort` on confluent-kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from confluent_kafka import libversion

from stream_edits.metrics import ClientStatistics

from ..config import StageConfig
from ..ports import ChangelogReader, Sink, Source
from .admin import KeptAdmin, partition_counts
from .changelog_reader import ConfluentReader
from .sink import ConfluentSink
from .source import ConfluentSource
from .statistics import reporting


def client_version() -> str:
    """The version of librdkafka."""
    return libversion()[0]


class ConfluentKafka:
    """Creates clients, which connect in the background.

    `on_statistics` is called with the statistics of each client now and then, in any thread.
    """

    def __init__(self, on_statistics: Callable[[ClientStatistics], None] | None = None) -> None:
        self._on_statistics = on_statistics
        self._admin = KeptAdmin()

    def source(self, config: StageConfig) -> Source:
        return ConfluentSource(config, time.sleep, reporting("consumer", self._on_statistics))

    def sink(self, config: StageConfig) -> Sink:
        return ConfluentSink(config, reporting("producer", self._on_statistics))

    def changelog_reader(self, config: StageConfig) -> ChangelogReader:
        return ConfluentReader(config)

    def partition_counts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, int | None]:
        with self._admin.connected(config.kafka) as admin:
            counts = partition_counts(admin, topics, timeout_s)
        # An idle client would collect events that nobody takes.
        self._admin.free()
        return counts
