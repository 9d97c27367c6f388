"""What a host of repositories reads: the workflow and the templates."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from stream_edits.strict_yaml import load
from tests.floors import FOLDERS

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yaml"))
_ACTIONLINT = ROOT / ".cache" / "bin" / "actionlint"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_actionlint_accepts_the_workflow(workflow: Path) -> None:
    if not _ACTIONLINT.exists():
        reason = "no actionlint: `make tools` builds it, with Go"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}. NOTHING was linted")
        pytest.skip(reason)
    done = subprocess.run(
        [_ACTIONLINT, "-shellcheck=", "-pyflakes=", workflow], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_calls_targets_that_exist_and_nothing_else(workflow: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    jobs = load(workflow)["jobs"]
    steps = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert len(steps) >= len(jobs)
    for step in steps:
        named = re.fullmatch(r"make ([a-z-]+)", step)
        assert named, step
        assert re.search(rf"^{named[1]}:", makefile, re.MULTILINE), step


def test_the_workflow_runs_all_that_ci_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    called = re.findall(r"^(?:make|bash) .*$", script, re.MULTILINE)
    assert called == ["bash .ci/tools", "make lint", "make test"]
    text = "".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)
    # The target installs the tools that it needs.
    assert [step for step in called[1:] if f"run: {step}\n" not in text] == []


@pytest.mark.parametrize(
    "form", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yaml")), ids=lambda file: file.name
)
def test_an_issue_form_warns_of_real_claims_and_asks_for_the_version(form: Path) -> None:
    read = load(form)
    assert read["name"]
    assert read["description"]
    kinds = {field["type"] for field in read["body"]}
    assert kinds <= {"markdown", "textarea", "input"}
    assert "Never paste real claims" in read["body"][0]["attributes"]["value"]
    ids = [field["id"] for field in read["body"] if "id" in field]
    assert len(set(ids)) == len(ids)
    assert "version" in ids


def test_all_python_is_checked() -> None:
    not_ours = {"build", "dist"}
    ours = (each for each in ROOT.glob("[!.]*/") if each.is_dir() and each.name not in not_ours)
    assert {each.name for each in ours if next(each.rglob("*.py"), None)} == set(FOLDERS)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["mypy"]["files"]) == set(FOLDERS)


def test_no_licence_is_chosen_for_the_owner() -> None:
    assert not list(ROOT.glob("LICEN[CS]E*"))
    assert "No licence has been chosen" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "license" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8").lower()
