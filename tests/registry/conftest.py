"""The registry, and deployments of `stream-edits` that use it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.apicurio import Apicurio, NoRegistry


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Apicurio]:
    """A running registry for one test, which may stop and restart it."""
    apicurio = Apicurio(tmp_path / "registry")
    try:
        apicurio.start()
    except NoRegistry as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NOTHING was proven on a real schema registry: {missing}")
    yield apicurio
    apicurio.stop()
