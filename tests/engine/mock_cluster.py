"""librdkafka's mock cluster, from the library inside the confluent-kafka wheel.

It speaks the protocol, so it shows that the client is called correctly, and it can answer with
chosen errors. Only its C interface can do that. It stores no transactional offsets and shows
aborted records, so it proves nothing about exactly-once.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import confluent_kafka

PRODUCE, END_TXN, TXN_OFFSET_COMMIT = 0, 26, 28


class MockCluster:
    """A running mock cluster; `servers` is its bootstrap address."""

    def __init__(self, library: ctypes.CDLL, cluster: int) -> None:
        self._library = library
        self._cluster = ctypes.c_void_p(cluster)
        self.servers: str = library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    def create(self, topic: str, partitions: int) -> None:
        """Create a topic."""
        assert (
            self._library.rd_kafka_mock_topic_create(self._cluster, topic.encode(), partitions, 1)
            == 0
        )

    def refuse(self, topic: str, error: int) -> None:
        """Answer what is asked about a topic with this protocol error, from now on."""
        self._library.rd_kafka_mock_topic_set_error(self._cluster, topic.encode(), error)

    def answer(self, api: int, *errors: int) -> None:
        """Answer the next requests of this API key with these protocol errors."""
        codes = (ctypes.c_int * len(errors))(*errors)
        self._library.rd_kafka_mock_push_request_errors_array(
            self._cluster, ctypes.c_int16(api), ctypes.c_size_t(len(errors)), codes
        )


@contextmanager
def mock_cluster() -> Iterator[MockCluster]:
    """A mock cluster with one broker, inside the block."""
    package = Path(confluent_kafka.__file__).parent
    (found,) = package.parent.joinpath("confluent_kafka.libs").glob("librdkafka-*.so*")
    library = ctypes.CDLL(str(found))
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    library.rd_kafka_conf_new.restype = pointer
    library.rd_kafka_new.restype = pointer
    library.rd_kafka_new.argtypes = [ctypes.c_int, pointer, text, ctypes.c_size_t]
    library.rd_kafka_destroy.argtypes = [pointer]
    library.rd_kafka_mock_cluster_new.restype = pointer
    library.rd_kafka_mock_cluster_new.argtypes = [pointer, ctypes.c_int]
    library.rd_kafka_mock_cluster_destroy.argtypes = [pointer]
    library.rd_kafka_mock_cluster_bootstraps.restype = text
    library.rd_kafka_mock_cluster_bootstraps.argtypes = [pointer]
    library.rd_kafka_mock_topic_create.argtypes = [pointer, text, ctypes.c_int, ctypes.c_int]
    library.rd_kafka_mock_topic_set_error.argtypes = [pointer, text, ctypes.c_int]
    library.rd_kafka_mock_group_initial_rebalance_delay_ms.argtypes = [pointer, ctypes.c_int32]
    handle = library.rd_kafka_new(0, library.rd_kafka_conf_new(), None, 0)
    cluster = library.rd_kafka_mock_cluster_new(handle, 1)
    library.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0)
    try:
        yield MockCluster(library, cluster)
    finally:
        library.rd_kafka_mock_cluster_destroy(cluster)
        library.rd_kafka_destroy(handle)
