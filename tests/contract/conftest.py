"""Each test of the contract runs twice: on the Kafka in memory, and on a real one."""

from __future__ import annotations

import pytest

from tests.contract.clusters import Cluster, InMemory
from tests.contract.real import Real


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """A Kafka with topics nobody else uses."""
    if request.param == "memory":
        return InMemory()
    return Real(request.getfixturevalue("broker"))
