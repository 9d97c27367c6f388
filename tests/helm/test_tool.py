"""In CI, the tests of the chart cannot be skipped."""

from pathlib import Path

import pytest

from tests.helm.tool import NoHelm, skip_reason


def test_a_missing_helm_is_reported(tmp_path: Path) -> None:
    reason = skip_reason({}, tmp_path)
    assert reason is not None
    assert "no helm and no helm-docs" in reason
    (tmp_path / "helm").touch()
    (tmp_path / "helm-docs").touch()
    assert skip_reason({"CI": "true"}, tmp_path) is None


def test_a_missing_helm_fails_under_ci(tmp_path: Path) -> None:
    with pytest.raises(NoHelm, match="not allowed under CI"):
        skip_reason({"CI": "true"}, tmp_path)
