"""docs/logs.md names every event that the program logs, with its level, and no other."""

import ast
from collections.abc import Iterator
from pathlib import Path

from stream_edits.logs import FIELDS

ROOT = Path(__file__).parents[2]
LEVELS = ("debug", "info", "warning", "error", "critical")


def logged(source: str) -> Iterator[tuple[str, str]]:
    """Event and level of each call that logs one: of our own functions, or of a logger."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in LEVELS and _logs(node.func):
            yield ast.literal_eval(node.args[0]), node.func.attr.upper()


def fields(source: str) -> set[str]:
    """The names of the fields that events are logged with."""
    return {
        str(keyword.arg)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {f"log.{level}" for level in LEVELS}
        for keyword in node.keywords
    }


def _logs(function: ast.Attribute) -> bool:
    owner = ast.unparse(function.value)
    return owner == "log" or "getLogger" in owner


def described() -> list[tuple[str, str]]:
    rows = (ROOT / "docs" / "logs.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in row.split("|")] for row in rows if row.startswith("| `")]
    assert all(len(row) == 6 and all(row[1:5]) for row in cells)
    return [(row[1].strip("`"), row[2]) for row in cells]


def test_every_event_is_described_and_no_other() -> None:
    found = {
        event
        for file in (ROOT / "stream_edits").rglob("*.py")
        for event in logged(file.read_text(encoding="utf-8"))
    }
    assert len(found) > 15
    assert set(described()) == found
    assert len(described()) == len(found), "an event is described twice"


def test_no_field_of_an_event_is_left_out_for_not_being_allowed() -> None:
    used = set()
    for file in (ROOT / "stream_edits").rglob("*.py"):
        used |= fields(file.read_text(encoding="utf-8"))
    assert {"stage", "error", "in_a_row"} <= used <= FIELDS


def test_each_way_of_logging_is_seen() -> None:
    source = 'log.info("a", x=1)\nlogging.getLogger(N).critical("b")'
    assert set(logged(source)) == {("a", "INFO"), ("b", "CRITICAL")}
