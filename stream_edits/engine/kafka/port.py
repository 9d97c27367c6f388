"""`ports.KafkaPort` on confluent-kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from confluent_kafka import libversion

from stream_edits.metrics import ClientStatistics

from ..config import StageConfig
from ..ports import ChangelogReader, Limits, Sink, Source, TopicFacts, TopicSettings
from .admin import connected_admin, partition_counts
from .changelog_reader import ConfluentReader
from .sink import ConfluentSink
from .source import ConfluentSource
from .statistics import reporting
from .topic_facts import is_mock, topic_facts, topic_settings
from .topic_reader import read_topic


def client_version() -> str:
    """The version of librdkafka."""
    return libversion()[0]


class ConfluentKafka:
    """Creates clients, which connect in the background.

    `on_statistics` is called with the statistics of each client now and then, in any thread.
    """

    def __init__(self, on_statistics: Callable[[ClientStatistics], None] | None = None) -> None:
        self._on_statistics = on_statistics

    def source(self, config: StageConfig) -> Source:
        return ConfluentSource(config, time.sleep, reporting("consumer", self._on_statistics))

    def sink(self, config: StageConfig, limits: Limits) -> Sink:
        return ConfluentSink(config, limits, reporting("producer", self._on_statistics))

    def changelog_reader(self, config: StageConfig) -> ChangelogReader:
        return ConfluentReader(config)

    def topic_facts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicFacts | None]:
        with connected_admin(config.kafka) as admin:
            if not is_mock(admin, timeout_s):
                return topic_facts(admin, topics, timeout_s)
            counts = partition_counts(admin, topics, timeout_s)
        return {name: TopicFacts(None, n) if n else None for name, n in counts.items()}

    def topic_settings(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicSettings | None]:
        with connected_admin(config.kafka) as admin:
            if is_mock(admin, timeout_s):
                return dict.fromkeys(topics)
            return topic_settings(admin, topics, timeout_s)

    def newest_values(self, config: StageConfig, topic: str) -> dict[bytes, bytes | None]:
        # A mark in a transaction that is still open counts as well.
        records = read_topic(config.kafka, topic, config.group_id, with_open=True)
        return {record.key or b"": record.value for record in records}
