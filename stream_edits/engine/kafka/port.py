"""`ports.KafkaPort`, by confluent-kafka."""

from __future__ import annotations

import time
from collections.abc import Collection

from ..config import StageConfig
from ..ports import ChangelogReader, Sink, Source
from .admin import asking, partition_counts
from .reader import ConfluentReader
from .sink import ConfluentSink
from .source import ConfluentSource


class ConfluentKafka:
    """Makes real clients; they connect by themselves."""

    def source(self, config: StageConfig) -> Source:
        return ConfluentSource(config, time.sleep)

    def sink(self, config: StageConfig) -> Sink:
        return ConfluentSink(config)

    def changelog_reader(self, config: StageConfig) -> ChangelogReader:
        return ConfluentReader(config)

    def partition_counts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, int | None]:
        with asking(config.kafka) as admin:
            return partition_counts(admin, topics, timeout_s)
