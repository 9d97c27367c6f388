"""docs/adding-an-edit.md: whoever writes its files and types its commands has a green edit."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents.citations import ROOT
from tests.documents.guide import EDIT, Block, blocks, changed

_NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.egg-info", "build")


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
        file, text = self.root / block.file, block.text
        if block.verb == "change":
            text = changed(file.read_text(encoding="utf-8"), text)
        file.write_text(text, encoding="utf-8")

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
@pytest.mark.timeout(900)
def test_the_page_makes_a_green_edit(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    outputs: dict[str, str] = {}
    red: list[str] = []
    for block in blocks():
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
    found = list(blocks())
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
