"""A real Kafka for the tests: one that is named, one in Docker, or one started here."""

from tests.broker.choice import NoBroker, running_broker
from tests.broker.local import BrokerDidNotStart, LocalKafka

__all__ = ["BrokerDidNotStart", "LocalKafka", "NoBroker", "running_broker"]
