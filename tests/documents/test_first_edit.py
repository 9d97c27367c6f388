"""docs/first-edit.md: whoever types its commands and writes its YAML has an edit that works."""

import os
import re
import subprocess
import sys
from pathlib import Path

from stream_edits.policies.shapes.known import SHAPES
from tests.documents.citations import ROOT
from tests.documents.guide import Block, blocks

PAGE = ROOT / "docs" / "first-edit.md"


def run(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run lines in a shell until one fails."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STREAM_EDITS_")}
    tools = Path(sys.executable).parent
    environment |= {"PYTHONPATH": str(ROOT), "PATH": f"{tools}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def type_page(found: list[Block], folder: Path) -> list[str]:
    """Do what the blocks say. Returns what the commands print."""
    printed = []
    for block in found:
        if block.verb == "run":
            done = run(block.text, folder)
            assert done.returncode == 0, done.stdout + done.stderr
            printed.append(done.stdout)
        elif block.verb == "write":
            (folder / block.file).write_text(block.text, encoding="utf-8")
        else:
            assert printed[-1] == block.text
    return printed


def test_the_page_makes_an_edit(tmp_path: Path) -> None:
    """The page also gives the claims, one on each side of the memo's day."""
    written, first, second, tried, cleaned = type_page(list(blocks(PAGE)), tmp_path)
    assert written.count("\n") == 3
    assert cleaned == ""
    assert not list(tmp_path.iterdir()), "the last step removes what the page has made"
    assert first.endswith("5 cases hold\n")
    assert second.endswith("2 cases hold\n")
    assert "OUR-PLAN 2025-04" in tried
    _, table = re.split(" claim +decided ", tried)
    # The due day and whose move it is stand under the claim, beside the reason's next lines.
    table = " ".join(re.sub(r"due [0-9-]{10}|waits for \w+", "", table).split())
    assert table.count("J1745 was billed without its invoice.") == 1
    assert re.search(r" A PASS .* B PEND ", table)


def test_the_page_lists_every_shape_and_its_values() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", text, re.MULTILINE))
    assert rows.keys() == SHAPES.keys()
    for name, shape in SHAPES.items():
        own = {x for x in shape.rules.model_fields if x in shape.rules.__annotations__}
        assert set(re.findall(r"`(\w+)`", rows[name])) == own, name
        for message in shape.messages:
            assert f"`{message}`" in text or f"  {message}:" in text, message
