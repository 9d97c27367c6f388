"""The fenced blocks of the pages that a new user reads, and a shell in which they run."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_FENCE = re.compile(
    r"(?:<!-- (?P<name>[^>]*?) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """One fenced block: the name in the comment before it, its language, its text."""

    name: str
    kind: str
    text: str


def blocks(page: Path, kind: str) -> Iterator[Block]:
    """The blocks of a page in one language, in order."""
    for found in _FENCE.finditer(page.read_text(encoding="utf-8")):
        if found["kind"] == kind:
            yield Block(found["name"] or "", kind, found["text"])


def commands(page: Path) -> list[str]:
    """Each command of the page's shell blocks, continued lines joined, without its comment."""
    text = "".join(block.text for block in blocks(page, "sh")).replace("\\\n", " ")
    stripped = (line.partition("  #")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without the project's variables, and with `more`."""
    return {name: v for name, v in os.environ.items() if "STREAM_EDITS" not in name} | more


def run(
    script: str, environment: Mapping[str, str] | None = None, seconds: float = 60.0
) -> "subprocess.CompletedProcess[str]":
    """Run a script in bash at the root. It stops at the first command that fails."""
    given = clean_environment() if environment is None else dict(environment)
    beside = f"{Path(sys.executable).parent}{os.pathsep}{given['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=given | ({"PATH": beside} if environment is None else {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
