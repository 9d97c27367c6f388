"""`ports.KafkaPort` on confluent-kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress

from confluent_kafka import libversion
from confluent_kafka.admin import AdminClient

from stream_edits.metrics import ClientStatistics

from ..config import StageConfig
from ..errors import FatalClientError
from ..ports import (
    ChangelogReader,
    Limits,
    Sink,
    Source,
    TopicFacts,
    TopicSettings,
    TopicSpec,
)
from .admin import KeptAdmin, create_topics, partition_counts
from .changelog_reader import ConfluentReader
from .members import member_names
from .options import CHECKED, UNCHECKED
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
        self._admin = KeptAdmin()
        # Whether the brokers are librdkafka's mock, None until they have answered.
        self._is_mock: bool | None = None

    def source(self, config: StageConfig) -> Source:
        said = reporting("consumer", self._on_statistics)
        return ConfluentSource(config, time.sleep, said, self._checks)

    def sink(self, config: StageConfig, limits: Limits) -> Sink:
        return ConfluentSink(config, limits, reporting("producer", self._on_statistics))

    def changelog_reader(self, config: StageConfig) -> ChangelogReader:
        return ConfluentReader(config, self._checks)

    @property
    def _checks(self) -> Mapping[str, object]:
        return UNCHECKED if self._is_mock else CHECKED

    def topic_facts(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicFacts | None]:
        with self._asking(config, timeout_s) as admin:
            if not self._is_mock:
                return topic_facts(admin, topics, timeout_s)
            counts = partition_counts(admin, topics, timeout_s)
        return {name: TopicFacts(None, n) if n else None for name, n in counts.items()}

    def topic_settings(
        self, config: StageConfig, topics: Collection[str], timeout_s: float
    ) -> dict[str, TopicSettings | None]:
        with self._asking(config, timeout_s) as admin:
            if self._is_mock:
                return dict.fromkeys(topics)
            return topic_settings(admin, topics, timeout_s)

    def create_topic(self, config: StageConfig, spec: TopicSpec) -> bool:
        with suppress(FatalClientError):
            # Refused: then the topic is missing, which says enough.
            return create_topics(config.kafka, [spec])[spec.name]
        return False

    def group_members(self, config: StageConfig, timeout_s: float) -> frozenset[str]:
        with self._asking(config, timeout_s) as admin:
            # The mock does not answer it.
            return frozenset() if self._is_mock else member_names(admin, config, timeout_s)

    def newest_values(self, config: StageConfig, topic: str) -> dict[bytes, bytes | None]:
        # A mark in a transaction that is still open counts as well.
        records = read_topic(config.kafka, topic, config.group_id, with_open=True)
        return {record.key or b"": record.value for record in records}

    @contextmanager
    def _asking(self, config: StageConfig, timeout_s: float) -> Iterator[AdminClient]:
        """The kept client. The first time, a broker must have answered to it. Raises Retriable."""
        if self._is_mock is None:
            with self._admin.connected(config.kafka) as admin:
                self._is_mock = is_mock(admin, timeout_s)
        with self._admin.asking(config.kafka) as admin:
            yield admin
