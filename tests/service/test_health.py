"""How long a blocked loop counts as alive."""

import pytest
from prometheus_client import CollectorRegistry

from stream_edits.service.health import HealthServer, deadline_s


class Blocked:
    ready = True
    last_moved = 0.0


@pytest.mark.parametrize(
    ("transaction_timeout_ms", "alive_s"), [(40_000, 180), (120_000, 180), (900_000, 960)]
)
def test_a_loop_in_a_commit_is_alive_for_longer_than_the_commit(
    transaction_timeout_ms: int, alive_s: float
) -> None:
    now = 0.0
    server = HealthServer(
        *("127.0.0.1", 0, CollectorRegistry(), [Blocked()]),
        deadline_s(transaction_timeout_ms),
        lambda: now,
    )
    for seconds, status in ((alive_s, 200), (alive_s + 1, 503)):
        now = seconds
        assert server.answer("/healthz", "")[0] == status
    server.close()
