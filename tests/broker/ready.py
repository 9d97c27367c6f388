"""Checks over the Kafka protocol whether a broker is ready, and knows its topics."""

import time
from collections.abc import Collection, Mapping

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

_PAUSE_S = 0.05


def wait_for_topics(
    options: Mapping[str, str], names: Collection[str], seconds: float = 30.0
) -> None:
    """Wait until a broker knows topics that the controller has just created.

    Until then it answers that there is no such topic. Raises AssertionError after `seconds`.
    """
    admin = AdminClient(dict(options))
    deadline = time.monotonic() + seconds
    while missing := set(names) - admin.list_topics(timeout=10).topics.keys():
        assert time.monotonic() < deadline, f"no broker knows {sorted(missing)}"
        time.sleep(_PAUSE_S)


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
