"""The engine's log is turned off: hundreds of lines a schedule, each about an injected fault."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """No log of the engine."""
    log = logging.getLogger("stream_edits.engine")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(before)
