"""No test of the chart without the real Helm."""

import os

import pytest

from tests.helm.tool import skip_reason


@pytest.fixture(scope="session", autouse=True)
def _helm() -> None:
    """Skip loudly where Helm is not built; fail under continuous integration."""
    reason = skip_reason(os.environ)
    if reason:
        pytest.skip(reason)
