"""docs/walk.md, read from Markdown and compared with what ran."""

import ast
import enum
import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.documents.citations import ROOT
from tests.documents.spec_tables import table
from tests.documents.walk_trace import Step

PAGE = ROOT / "docs" / "walk.md"
MOST_TYPES = 13
_CODE = ROOT / "stream_edits"
# The files whose types a claim becomes, holds or is held by.
_TYPE_FILES = (
    *("domain/claim.py", "domain/decision.py", "domain/messages.py"),
    *("domain/member_state.py", "domain/supervisor_state.py", "policies/encounter.py"),
)
_FUNCTION = re.compile(r"`([\w/]+\.py):([\w.]+)`")
_NAME = re.compile(r"`(\w+)`")
_TOPIC = re.compile(r"`(claims\.[\w.-]+)`")


def sections(page: str) -> dict[str, str]:
    """The text under each heading of the second level."""
    parts = page.split("\n## ")[1:]
    return {head: body for head, _, body in (part.partition("\n") for part in parts)}


def functions_in(text: str) -> list[tuple[str, str]]:
    """The functions that a text names: file, and name with its class."""
    return _FUNCTION.findall(text)


def names_in(text: str) -> list[str]:
    """The plain names in a text's code spans."""
    return _NAME.findall(text)


def missing_functions(page: str) -> Iterator[str]:
    """The functions of the page that no file defines."""
    for file, name in functions_in(page):
        path = _CODE / file
        if not path.is_file():
            yield f"{file} does not exist"
        elif name not in _defined(path):
            yield f"{file} defines no {name}"


def _defined(path: Path) -> set[str]:
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
            found |= {f"{node.name}.{method.name}" for method in methods}
    return found


def wrong_order(page: str, steps: Sequence[Step]) -> Iterator[str]:
    """Where the table of all steps differs from the steps that ran."""
    on_page = [tuple(row) for row in table(sections(page)["All steps"])]
    ran = [
        (str(number), step.stage, step.takes, ", ".join(step.sends))
        for number, step in enumerate(steps, start=1)
    ]
    for listed, real in zip(on_page, ran, strict=False):
        if listed != real:
            yield f"step {real[0]} was {real}, and the page has {listed}"
    if len(on_page) != len(ran):
        yield f"{len(ran)} steps ran, and the page has {len(on_page)}"


def wrong_steps(page: str, steps: Sequence[Step]) -> Iterator[str]:
    """Where the section of a step differs from what ran in it."""
    for head, body in sections(page).items():
        match = re.match(r"Step (\d+):", head)
        if match:
            step = steps[int(match.group(1)) - 1]
            yield from (f"step {match.group(1)}: {each}" for each in _wrong_step(body, step))


def _wrong_step(body: str, step: Step) -> Iterator[str]:
    order = [call.function for call in step.calls]
    gives = {call.function: call.gives for call in step.calls}
    last = -1
    for _, code, given in table(body):
        ((file, name),) = functions_in(code)
        function = f"{file}:{name}"
        if function not in gives:
            yield f"{function} did not run"
            continue
        if order.index(function) < last:
            yield f"{function} ran earlier than the row before it"
        last = order.index(function)
        yield from (f"{function} gave no {x}" for x in names_in(given) if x not in gives[function])
    yield from (f"{x} is not a topic of it" for x in _TOPIC.findall(body) if x not in step.topics)
    remembered = re.search(r"^Remembered: (.*)$", body, re.MULTILINE)
    on_page = set(names_in(remembered.group(1))) if remembered else None
    if on_page != step.remembers:
        yield f"remembered {sorted(step.remembers)}, and the page has {sorted(on_page or ())}"


def wrong_types(page: str) -> Iterator[str]:
    """Where the tables of types differ from the files, or from the steps."""
    first, rest = _type_tables(page)
    if len(first) > MOST_TYPES:
        yield f"a claim becomes {len(first)} types, more than {MOST_TYPES}"
    told, real = sorted([*first, *rest]), sorted(_types())
    yield from (f"{file} defines no {name}" for name, file in told if (name, file) not in real)
    yield from (
        f"{name} of {file} is not listed" for name, file in real if (name, file) not in told
    )
    steps = (body for head, body in sections(page).items() if head.startswith("Step "))
    named = {name for body in steps for name in _used(body)}
    yield from (f"no step names {name}" for name, _ in first if name not in named)


def _used(body: str) -> Iterator[str]:
    for row in table(body):
        yield from names_in(row[2])
    yield from names_in(" ".join(re.findall(r"^Remembered: .*$", body, re.MULTILINE)))


def _type_tables(page: str) -> list[list[tuple[str, str]]]:
    """The types of the two tables at the end, each with its file."""
    becomes, _, others = sections(page)["The types"].partition("\nOther types")
    return [
        [(name, row[1].strip("`")) for row in table(part) for name in names_in(row[0])]
        for part in (becomes, others)
    ]


def _types() -> Iterator[tuple[str, str]]:
    """Every class of values that those files define."""
    for file in _TYPE_FILES:
        module = importlib.import_module("stream_edits." + file[:-3].replace("/", "."))
        for name, value in vars(module).items():
            is_own = inspect.isclass(value) and value.__module__ == module.__name__
            if is_own and not issubclass(value, enum.Enum):
                yield name, file


def problems(page: str, steps: Sequence[Step]) -> list[str]:
    """All that is wrong with the page."""
    return [
        *missing_functions(page),
        *wrong_order(page, steps),
        *wrong_steps(page, steps),
        *wrong_types(page),
    ]
