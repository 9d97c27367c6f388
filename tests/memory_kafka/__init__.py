"""A small in-memory Kafka for the engine's tests, deterministic and single-threaded.

`tests/contract` runs the same tests on it and on a real Kafka, so that both behave alike.
"""

from tests.memory_kafka.broker import Broker
from tests.memory_kafka.reader import MemoryReader
from tests.memory_kafka.sink import MemorySink
from tests.memory_kafka.source import MemorySource

__all__ = ["Broker", "MemoryReader", "MemorySink", "MemorySource"]
