"""A small Kafka in memory, deterministic and single-threaded: what the engine's tests run on.

`tests/contract` runs the same tests on it and on a real Kafka, so that it cannot lie.
"""

from tests.memory_kafka.broker import Broker
from tests.memory_kafka.reader import MemoryReader
from tests.memory_kafka.sink import MemorySink
from tests.memory_kafka.source import MemorySource

__all__ = ["Broker", "MemoryReader", "MemorySink", "MemorySource"]
