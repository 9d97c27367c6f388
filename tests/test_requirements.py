"""What is installed is pinned, with hashes and from no host, under licences that we may use."""

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ("run", "dev")
_HASH = r"    --hash=sha256:[0-9a-f]{64}(?: \\)?\n"
_PIN = re.compile(rf"([a-z0-9][a-z0-9._-]*)==(\S+) \\\n(?:{_HASH})+")
# None asks more of us than its notice, but for MPL-2.0, which asks it for its own files only.
ALLOWED = {
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PSF-2.0",
}
_NAMES = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
}


def pinned(name: str) -> dict[str, str]:
    """Version by package; fails where the file holds anything but pins with hashes."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found = {match[1]: match[2] for match in _PIN.finditer(text)}
    lines = [line for line in _PIN.sub("", text).splitlines() if not line.startswith("#")]
    assert [line for line in lines if line.strip()] == []
    return found


def licences(package: str) -> set[str]:
    """The licences of an installed package, any of them to be obeyed."""
    told = metadata(package).json
    stated = told.get("license_expression") or told.get("license")
    if not stated:
        classes = told["classifier"]
        stated = next(c.rpartition(" :: ")[2] for c in classes if c.startswith("License ::"))
    return {_NAMES.get(one, one) for one in re.split(r" (?:AND|OR) ", str(stated))}


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_with_hashes_and_no_host(name: str) -> None:
    assert len(pinned(name)) > 20
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    run, dev = pinned("run"), pinned("dev")
    assert run.items() <= dev.items()


def test_what_the_project_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[\[>=]", wanted)[0].replace(".", "-") for wanted in project["dependencies"]]
    assert set(names) <= pinned("run").keys()


@pytest.mark.parametrize("package", sorted(pinned("run")))
def test_a_licence_is_one_of_those_allowed(package: str) -> None:
    assert licences(package) <= ALLOWED
