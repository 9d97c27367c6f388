"""Fixtures of the tests that run `stream-edits` against a real Kafka."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.kafka.deployment import Deployment

Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy(broker: str, tmp_path: Path) -> Iterator[Deploy]:
    """A function that creates a deployment: `deploy(partitions=2, BATCH_SIZE="50")`."""
    with ExitStack() as stack:

        def make(partitions: int = 2, **settings: str) -> Deployment:
            return stack.enter_context(Deployment(broker, tmp_path, partitions, **settings))

        yield make
