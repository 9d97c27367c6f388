"""Files and functions stay short enough to read at one sitting."""

import ast
from collections.abc import Iterator

import pytest

from tests.floors import FOLDERS, Module, modules

MOST_LINES = 250
MOST_FUNCTION_LINES = 40


def too_long(module: Module) -> Iterator[str]:
    lines = module.source.count("\n")
    if lines > MOST_LINES:
        yield f"{module.name} has {lines} lines, more than {MOST_LINES}"
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > MOST_FUNCTION_LINES:
                where = f"{module.name}.{node.name}"
                yield f"{where} has {lines} lines, more than {MOST_FUNCTION_LINES}"


@pytest.mark.parametrize(
    "module",
    [each for folder in FOLDERS for each in modules(folder)],
    ids=lambda module: module.name,
)
def test_files_and_functions_are_short(module: Module) -> None:
    assert list(too_long(module)) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("\n" * MOST_LINES, 0),
        ("\n" * (MOST_LINES + 1), 1),
        ("def f():\n" + "    1\n" * (MOST_FUNCTION_LINES - 1), 0),
        ("def f():\n" + "    1\n" * MOST_FUNCTION_LINES, 1),
        ("class C:\n  async def f():\n" + "    1\n" * MOST_FUNCTION_LINES, 1),
    ],
)
def test_a_long_one_is_found(source: str, found: int) -> None:
    assert len(list(too_long(Module("stream_edits.app", source)))) == found
