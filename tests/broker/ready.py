"""Checks over the Kafka protocol whether a broker is ready."""

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient


def answers(bootstrap: str, seconds: float = 5.0) -> bool:
    """Whether a broker at `bootstrap` returns metadata within `seconds`."""
    options: dict[str, str | int | float | bool] = {
        "bootstrap.servers": bootstrap,
        "socket.connection.setup.timeout.ms": 1_000,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 200,
        "log_level": 0,
    }
    client = AdminClient(options)
    try:
        return bool(client.list_topics(timeout=seconds).brokers)
    except KafkaException:
        return False
