"""docs/adding-an-edit.md: whoever writes its files and types its commands has a green edit."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.citations import ROOT

PAGE = ROOT / "docs" / "adding-an-edit.md"
EDIT = "side-modifier-on-infusion"
_BLOCK = re.compile(
    r"(?:<!-- (?P<verb>write|change): (?P<file>\S+) -->\n)?"
    r"```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.egg-info", "build")


class Block(NamedTuple):
    """A fenced block: commands, or the text or change of a file."""

    verb: str
    file: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """Every fenced block of a page, in order."""
    for match in _BLOCK.finditer(page):
        verb = match["verb"] or {"sh": "run"}[match["kind"]]
        yield Block(verb, match["file"] or "", match["text"])


def changed(text: str, diff: str) -> str:
    """A text with a change made, which is given like a hunk of a diff. Raises LookupError when its
    lines are not there once."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    after = "".join(line[1:] for line in lines if line[0] != "-")
    if text.count(before) != 1:
        raise LookupError(f"these lines are not there once:\n{before}")
    return text.replace(before, after)


class Checkout:
    """A copy of this checkout, in which commands find its own code."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT, root, ignore=_NOT_COPIED)
        tools = Path(sys.executable).parent
        self._environment = {k: v for k, v in os.environ.items() if k[:13] != "STREAM_EDITS_"}
        self._environment |= {"PYTHONPATH": str(root), "PATH": f"{tools}:{os.environ['PATH']}"}

    def write(self, block: Block) -> None:
        """Write or change the file of a block."""
        file = self.root / block.file
        file.write_text(
            changed(file.read_text("utf-8"), block.text) if block.verb == "change" else block.text,
            encoding="utf-8",
        )

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        """Run lines in a shell until one fails."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_page_makes_a_green_edit(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    outputs: dict[str, str] = {}
    red: list[str] = []
    for block in blocks(PAGE.read_text(encoding="utf-8")):
        if block.verb != "run":
            checkout.write(block)
            continue
        done = checkout.run(block.text)
        outputs[block.text] = done.stdout + done.stderr
        if done.returncode:
            red.append(done.stdout)
    # The page says that one test is still red before there is a journey.
    assert len(red) == 1, red
    assert re.findall(r"^FAILED \S+::(\w+)", red[0], re.MULTILINE) == [
        "test_every_edit_has_a_finding_in_a_journey"
    ]
    assert any("modifier LT, which names" in " ".join(text.split()) for text in outputs.values())
    assert EDIT in (checkout.root / "docs" / "edits.md").read_text(encoding="utf-8")
    assert EDIT in checkout.run("stream-edits policy coverage").stdout
    _has_a_finding(checkout)


def _has_a_finding(checkout: Checkout) -> None:
    """The new edit finds something on a claim through `adjudicate`."""
    claim = json.loads((ROOT / "examples" / "claims.jsonl").read_text("utf-8").splitlines()[0])
    claim["lines"][0]["modifiers"] = ["RT"]
    (checkout.root / "claim.jsonl").write_text(json.dumps(claim), encoding="utf-8")
    decided = json.loads(checkout.run("stream-edits adjudicate claim.jsonl").stdout)
    found = [(f["edit_id"], f["line_number"]) for f in decided["findings"]]
    assert (EDIT, 1) in found
    assert decided["lines"][0]["disposition"] == "DENY"


def test_each_kind_of_block_is_on_the_page() -> None:
    found = list(blocks(PAGE.read_text(encoding="utf-8")))
    verbs = [block.verb for block in found]
    assert (verbs.count("write"), verbs.count("change"), verbs.count("run")) == (4, 4, 7)
    names = [Path(block.file).name for block in found if block.verb == "write"]
    assert names == ["policy.yaml", "edit.py", "cases.yaml", "modifiers.yaml"]


def test_a_change_is_made_once_or_refused() -> None:
    assert changed("a\nb\nc\n", " a\n-b\n+x\n+y\n") == "a\nx\ny\nc\n"
    with pytest.raises(LookupError):
        changed("a\nb\n", "-c\n+d\n")
    with pytest.raises(LookupError):
        changed("a\na\n", "-a\n+d\n")
