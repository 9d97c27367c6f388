"""Turns off the engine's log: hundreds of lines a schedule, each about an injected fault."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Turn off the engine's log."""
    log = logging.getLogger("stream_edits.engine")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(before)
