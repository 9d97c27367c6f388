"""The brokers of the simulated stage: its topics, and what they refuse."""

from __future__ import annotations

from stream_edits.engine.ports import TopicSettings
from tests.memory_kafka.broker import Broker
from tests.simulation.ledger import LARGEST, refused

PARTITIONS = 3
_TOPICS = {"in": PARTITIONS, "log": PARTITIONS, "out": 2, "dead": 1, "known": 2}


def cluster() -> Broker:
    """Brokers with the stage's topics, all empty."""
    broker = Broker()
    for topic, partitions in _TOPICS.items():
        broker.create(topic, partitions)
    for topic in ("log", "known"):
        broker.settings[topic] = TopicSettings("compact", 1_048_588)
    broker.settings["out"] = TopicSettings("delete", LARGEST)
    broker.refuses = refused
    return broker
