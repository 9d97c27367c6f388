"""The files and commands of the pages that a test types: docs/adding-an-edit.md and another."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.documents.citations import ROOT

PAGE = ROOT / "docs" / "adding-an-edit.md"
# The edit that the page adds.
EDIT = "side-modifier-on-infusion"
_BLOCK = re.compile(
    r"(?:<!-- (?P<verb>write|change): (?P<file>\S+) -->\n)?"
    r"```(?P<kind>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """A fenced block: ``verb`` is run (commands), write (a file's text), change (a diff), or prints
    (what the commands before it print)."""

    verb: str
    file: str
    text: str


def blocks(page: Path = PAGE) -> Iterator[Block]:
    """Every fenced block of a page, in order. One without a file holds commands or their output."""
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        verb = match["verb"] or {"sh": "run", "": "prints"}[match["kind"]]
        yield Block(verb, match["file"] or "", match["text"])


def changed(text: str, diff: str) -> str:
    """A text with a change, given like a hunk of a diff.

    Raises LookupError unless the lines before the change occur in the text exactly once.
    """
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    after = "".join(line[1:] for line in lines if line[0] != "-")
    if text.count(before) != 1:
        raise LookupError(f"these lines are not there exactly once:\n{before}")
    return text.replace(before, after)
