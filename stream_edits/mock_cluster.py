"""A Kafka for the demo, inside this process: librdkafka's mock cluster.

It has no transactions worth the name and forgets old records; it shows the flow and proves
nothing. It is reached through C, out of the librdkafka that confluent_kafka brings along, because
only so topics get a chosen number of partitions; where that library cannot be loaded on its own,
a client with `test.mock.num.brokers` makes the cluster, and topics appear with four partitions.
"""

import ctypes
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import confluent_kafka

_BROKERS = 1
_MADE_UP_PARTITIONS = 4  # what the mock gives a topic that it makes in passing


class MockClusterFailed(Exception):
    """The mock cluster refused; the message says what was asked of it."""


class _Cluster(Protocol):
    bootstrap_servers: str

    def create_topic(self, name: str, partitions: int) -> None: ...

    def close(self) -> None: ...


class MockCluster:
    """A mock cluster from `with` to the end of its block; any process here may connect."""

    def __init__(self) -> None:
        self._cluster: _Cluster | None = None

    def __enter__(self) -> Self:
        library = _library()
        self._cluster = _NativeCluster(library) if library else _ClientCluster()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cluster, self._cluster = self._running, None
        cluster.close()

    @property
    def bootstrap_servers(self) -> str:
        """The address clients start from."""
        return self._running.bootstrap_servers

    def create_topic(self, name: str, partitions: int) -> None:
        """Make a topic. Raises MockClusterFailed."""
        self._running.create_topic(name, partitions)

    @property
    def _running(self) -> _Cluster:
        if self._cluster is None:
            raise RuntimeError("use MockCluster in a with statement")
        return self._cluster


class _NativeCluster:
    """The mock cluster by its C interface (rdkafka_mock.h)."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        reason = ctypes.create_string_buffer(512)
        settings = library.rd_kafka_conf_new()
        # The handle has no brokers to talk to and would say so in every demo.
        library.rd_kafka_conf_set(settings, b"log_level", b"0", reason, len(reason))
        # A handle of type producer (0) that produces nothing: the cluster needs one to live in.
        self._handle = library.rd_kafka_new(0, settings, reason, len(reason))
        if not self._handle:
            raise MockClusterFailed(f"no librdkafka handle: {reason.value.decode()}")
        self._cluster = library.rd_kafka_mock_cluster_new(self._handle, _BROKERS)
        if not self._cluster:
            library.rd_kafka_destroy(self._handle)
            raise MockClusterFailed("librdkafka made no mock cluster")
        library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        address: bytes = library.rd_kafka_mock_cluster_bootstraps(self._cluster)
        self.bootstrap_servers = address.decode()

    def create_topic(self, name: str, partitions: int) -> None:
        code = self._library.rd_kafka_mock_topic_create(
            self._cluster, name.encode(), partitions, _BROKERS
        )
        if code:
            raise MockClusterFailed(f"topic {name} with {partitions} partitions: error {code}")

    def close(self) -> None:
        self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        self._library.rd_kafka_destroy(self._handle)


class _ClientCluster:
    """The mock cluster inside an ordinary producer, for platforms without a loadable library."""

    def __init__(self) -> None:
        self._producer = confluent_kafka.Producer(
            {"test.mock.num.brokers": _BROKERS, "log_level": 0}
        )
        brokers = self._producer.list_topics(timeout=10).brokers.values()
        self.bootstrap_servers = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)

    def create_topic(self, name: str, partitions: int) -> None:
        """Asking for the topic's metadata makes it; the partitions are the mock's choice."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            topic = self._producer.list_topics(name, timeout=10).topics[name]
            if topic.error is None and len(topic.partitions) == _MADE_UP_PARTITIONS:
                return
            time.sleep(0.05)
        raise MockClusterFailed(f"topic {name} did not appear")

    def close(self) -> None:
        self._producer.flush(0)
        del self._producer


def _library() -> ctypes.CDLL | None:
    """The bundled librdkafka with the mock's functions declared, or None."""
    for file in _candidates():
        try:
            library = ctypes.CDLL(str(file))
            _declare(library)
        except (OSError, AttributeError):  # not loadable alone, or its symbols are hidden
            continue
        return library
    return None


def _candidates() -> Iterator[Path]:
    """Where wheels put it: auditwheel beside the package (Linux), delocate inside it (macOS)."""
    package = Path(confluent_kafka.__file__).parent
    if sys.platform == "darwin":
        yield from sorted((package / ".dylibs").glob("librdkafka*.dylib"))
    else:
        yield from sorted((package.parent / "confluent_kafka.libs").glob("librdkafka-*.so*"))


def _declare(library: ctypes.CDLL) -> None:
    pointer, number, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    signatures: dict[str, tuple[type | None, list[type]]] = {
        "rd_kafka_conf_new": (pointer, []),
        "rd_kafka_conf_set": (number, [pointer, text, text, text, ctypes.c_size_t]),
        "rd_kafka_new": (pointer, [number, pointer, text, ctypes.c_size_t]),
        "rd_kafka_destroy": (None, [pointer]),
        "rd_kafka_mock_cluster_new": (pointer, [pointer, number]),
        "rd_kafka_mock_cluster_destroy": (None, [pointer]),
        "rd_kafka_mock_cluster_bootstraps": (text, [pointer]),
        "rd_kafka_mock_topic_create": (number, [pointer, text, number, number]),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [pointer, ctypes.c_int32]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
