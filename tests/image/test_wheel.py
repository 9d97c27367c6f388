"""The wheel that the image installs is complete and works without the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.image.podman import ROOT

EXAMPLES = ROOT / "examples" / "claims.jsonl"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*command, str(folder)], cwd=ROOT, check=True, capture_output=True, timeout=100)
    (made,) = folder.glob("*.whl")
    return made


def _files(folder: Path) -> set[str]:
    return {
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_the_wheel_is_complete(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {f"stream_edits/{name}" for name in _files(ROOT / "stream_edits")}
    schemas = {f"stream_edits/_schemas/{name}" for name in _files(ROOT / "schemas")}
    assert any(name.endswith("policy.yaml") for name in package)
    assert any(name.endswith(".avsc") for name in schemas)
    assert names == package | schemas


def test_the_wheel_decides_the_examples_like_the_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(target), str(wheel)], check=True, timeout=100)
    installed = _python(tmp_path, target, "import stream_edits; print(stream_edits.__file__)")
    assert installed.strip() == str(target / "stream_edits" / "__init__.py")
    decided = _adjudicated(tmp_path, target)
    assert len(decided) >= 5
    assert decided == _adjudicated(tmp_path, ROOT)


def _adjudicated(cwd: Path, package: Path) -> list[object]:
    output = _python(
        cwd,
        package,
        f"import sys; sys.argv = ['stream-edits', 'adjudicate', {str(EXAMPLES)!r}]\n"
        "from stream_edits.cli import main; main()",
    )
    return [json.loads(line) for line in output.splitlines()]


def _python(cwd: Path, package: Path, code: str) -> str:
    mine = {name: value for name, value in os.environ.items() if "STREAM_EDITS" not in name}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=cwd,
        env=mine | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return done.stdout
