"""A real Kafka for the tests: a configured one, one in Docker, or a local process."""

from tests.broker.choice import NoBroker, running_broker
from tests.broker.local import BrokerDidNotStart, LocalKafka

__all__ = ["BrokerDidNotStart", "LocalKafka", "NoBroker", "running_broker"]
