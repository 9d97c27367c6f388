"""Each contract test runs twice: on the in-memory Kafka and on a real one."""

from __future__ import annotations

import pytest

from tests.contract.clusters import Cluster, InMemory
from tests.contract.real import Real


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """A Kafka with topics that no other test uses."""
    if request.param == "memory":
        return InMemory()
    return Real(request.getfixturevalue("broker"))
