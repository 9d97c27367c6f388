"""A Kafka inside this process, for the demo and the bench: librdkafka's mock cluster.

It keeps no transactional offsets and drops old records, so it shows the flow of records and says
nothing about exactly-once. Every topic has four partitions, the mock's own default: a client option
makes the cluster, and no option sets the count.
"""

import time
from types import TracebackType
from typing import Self

from confluent_kafka import Producer

PARTITIONS = 4

_TIMEOUT_S = 10.0


class MockClusterFailed(Exception):
    """The mock cluster did not create a topic; the message names it."""


class MockCluster:
    """A mock cluster with one broker, running inside a `with` block.

    Any process of this machine may connect to it.
    """

    def __init__(self) -> None:
        self._client: Producer | None = None

    def __enter__(self) -> Self:
        # Log level 0: the client would report the cluster's own connections on stderr.
        self._client = Producer({"test.mock.num.brokers": 1, "log_level": 0})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The cluster ends when its client is freed.
        self._client = None

    @property
    def bootstrap_servers(self) -> str:
        """The address that clients connect to first."""
        brokers = self._running.list_topics(timeout=_TIMEOUT_S).brokers.values()
        return ",".join(f"{broker.host}:{broker.port}" for broker in brokers)

    def create_topic(self, name: str) -> None:
        """Create a topic with PARTITIONS partitions, if it does not exist.

        Raises MockClusterFailed.
        """
        # The mock creates a topic when a client asks for its metadata.
        deadline = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < deadline:
            topic = self._running.list_topics(name, _TIMEOUT_S).topics[name]
            if topic.error is None and len(topic.partitions) == PARTITIONS:
                return
            time.sleep(0.05)
        raise MockClusterFailed(f"topic {name} was not created within {_TIMEOUT_S:g} s")

    @property
    def _running(self) -> Producer:
        if self._client is None:
            raise RuntimeError("use MockCluster in a with statement")
        return self._client
