"""Pages for new users: their commands run, their examples match the output, links are right."""

import json
import re
from itertools import takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream_edits.cli import cli
from stream_edits.settings import settings_table
from tests.readme.blocks import README, ROOT, blocks, commands, run

DOCS = ROOT / "docs"
CLAIMS, KAFKA, SETTINGS, OVERLAYS = (
    DOCS / f"{name}.md" for name in ("claims", "kafka", "settings", "overlays")
)
PAGES = (README, CLAIMS, KAFKA, SETTINGS, OVERLAYS)
# README's blocks run whole, in test_typed.py.
_TYPED = [command for page in (CLAIMS, KAFKA) for command in commands(page)]
_OFFLINE = re.compile(r"stream-edits (adjudicate|convert|policy)\b")
OFFLINE = [command for command in _TYPED if _OFFLINE.search(command)]
OTHERS = [each for each in _TYPED if "stream-edits " in each and each not in OFFLINE]


@pytest.mark.parametrize("command", OFFLINE)
def test_a_command_that_needs_no_kafka_runs(command: str) -> None:
    done = run(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("command", OTHERS)
def test_a_command_that_needs_kafka_exists(command: str) -> None:
    words = command[command.index("stream-edits") :].removesuffix("&").split()
    options = [word for word in words[1:] if word.startswith("--")]
    before_options = takewhile(lambda word: not word.startswith("-"), words[1:])
    named = [word for word in before_options if re.fullmatch("[a-z-]+", word)]
    done = run(" ".join(["stream-edits", *named, "--help"]))
    assert done.returncode == 0, done.stderr
    assert all(option in done.stdout for option in options)


def test_the_pages_have_both_kinds_of_commands() -> None:
    assert len(OFFLINE) >= 6
    assert len(OTHERS) >= 10


def test_the_claim_on_the_page_is_the_first_example() -> None:
    (shown,) = [block.text for block in blocks(CLAIMS, "json") if block.name == "claim"]
    first = (ROOT / "examples" / "claims.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(shown) == json.loads(first)


def test_the_decision_on_the_page_matches_the_output() -> None:
    (shown,) = [block.text for block in blocks(CLAIMS, "json") if block.name == "decision"]
    made = run("stream-edits adjudicate examples/claims.jsonl").stdout.splitlines()[0]
    assert json.loads(shown) == json.loads(made)


def test_the_review_on_the_page_is_the_example_s() -> None:
    (shown,) = [block.text for block in blocks(CLAIMS, "json") if block.name == "review"]
    last = (ROOT / "examples" / "reviews.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(shown) == json.loads(last)
    made = run("stream-edits adjudicate examples/reviews.jsonl").stdout.splitlines()
    held, closed = map(json.loads, made)
    assert (held["disposition"], closed["disposition"]) == ("PEND", "PASS")
    assert json.loads(last)["decision_id"] == held["decision_id"]
    assert closed["findings"][0]["review_id"] == json.loads(last)["review_id"]


def test_the_overlay_on_the_page_is_the_file_and_its_version_is_named() -> None:
    (shown,) = [b.text for b in blocks(OVERLAYS, "yaml") if b.name == "examples/overlay.yaml"]
    assert shown == (ROOT / "examples" / "overlay.yaml").read_text(encoding="utf-8")
    made = run(
        "STREAM_EDITS_POLICY=examples/overlay.yaml stream-edits adjudicate examples/claims.jsonl"
    )
    version = json.loads(made.stdout.splitlines()[0])["policy_version"]
    assert f"`{version}`" in OVERLAYS.read_text(encoding="utf-8")


def test_the_settings_table_is_current() -> None:
    done = CliRunner().invoke(cli, ["docs", "settings", "--check", "--output", str(SETTINGS)])
    assert done.exit_code == 0, done.stderr


def test_a_stale_settings_table_is_written_in_its_place(tmp_path: Path) -> None:
    page = tmp_path / "settings.md"
    words = ["docs", "settings", "--output", str(page)]
    page.write_text(SETTINGS.read_text(encoding="utf-8").replace("| `kafka` |", "| `kafak` |"))
    stale = CliRunner().invoke(cli, [*words, "--check"])
    assert (stale.exit_code, "is stale" in stale.stderr) == (1, True)
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert page.read_text(encoding="utf-8") == SETTINGS.read_text(encoding="utf-8")
    page.write_text("# Settings\n")
    refused = CliRunner().invoke(cli, words)
    assert (refused.exit_code, "does not have the comments" in refused.stderr) == (2, True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_variable_on_the_page_exists(page: Path) -> None:
    known = set(re.findall(r"STREAM_EDITS_\w+", settings_table()))
    known |= {"STREAM_EDITS_SETTINGS", "STREAM_EDITS_TEST_BROKER"}
    # Variables for client options can have any name.
    text = page.read_text(encoding="utf-8")
    named = re.sub(r"(STREAM_EDITS_(?:KAFKA|SCHEMA_REGISTRY)__)\w*", r"\1", text)
    assert set(re.findall(r"STREAM_EDITS_\w+", named)) <= known


def _documents() -> list[Path]:
    beside = [*ROOT.glob("*.md"), *(ROOT / ".github").rglob("*.md")]
    return [*beside, *DOCS.rglob("*.md")]


@pytest.mark.parametrize("page", _documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_make_target_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http|#|mailto)([^)\s#]+)[^)]*\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:^|`)make ([a-z][a-z-]+)", text, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", _documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_heading_that_is_linked_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s#:]*)#([^)\s]+)\)", page.read_text(encoding="utf-8"))
    missing = [
        f"{path}#{anchor}"
        for path, anchor in links
        if anchor not in _anchors(page.parent / path if path else page)
    ]
    assert missing == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
