"""The tests of the chart need Helm."""

import os

import pytest

from tests.helm.tool import skip_reason


@pytest.fixture(scope="session", autouse=True)
def _helm() -> None:
    """Skip with a reason if Helm is not built. Fail in CI."""
    reason = skip_reason(os.environ)
    if reason:
        pytest.skip(reason)
