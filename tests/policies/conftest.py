"""A folder of a plan's own edits, as `policy new` writes them."""

import shutil
from pathlib import Path

import pytest

from stream_edits.commands.new_edit import new
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.policy import Policies
from stream_edits.policies.shapes.known import SHAPES


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One edit of each shape, as `policy new` writes it."""
    own = tmp_path_factory.mktemp("plan") / "edits"
    for shape in SHAPES:
        new(own, f"own-{shape.replace('_', '-')}", shape, "KHS-OWN")
    return own


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of them, to be changed."""
    return shutil.copytree(made, tmp_path / "edits")


@pytest.fixture(scope="module")
def under(made: Path) -> Policies:
    return load_policies(own=made)
