"""The tree's floors: imports go downward only, pure parts stay pure, files and functions short.

A new top-level module of stream_edits needs a line in BELOW: what it stands on.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "stream_edits"
ITSELF = ""  # stream_edits/__init__.py: the version

_CORE = {"domain", "policies", "stages"}
_APP = {*_CORE, ITSELF, "codec", "engine", "metrics", "settings", "logs", "report", "strict_yaml"}
BELOW: dict[str, set[str]] = {
    ITSELF: set(),
    "logs": set(),
    "metrics": set(),
    "mock_cluster": set(),
    "strict_yaml": set(),
    "domain": set(),
    "policies": {"domain", "strict_yaml"},
    "stages": {"policies", "domain", ITSELF},
    "codec": {"domain", ITSELF},
    "engine": {"metrics"},
    "settings": {"strict_yaml"},
    "report": {"domain"},
    "handbook": {"policies", "domain", "strict_yaml"},
    "app": _APP,
    "service": {*_APP, "app"},
    "commands": {*_APP, "app"},
    "synthetic": {"domain"},
    "demo": {*_APP, "app", "commands", "service", "synthetic", "mock_cluster"},
    "cli": {*_APP, "app", "commands", "service", "demo", "handbook"},
    "__main__": {"cli"},
}
# Folders of policies/ that are no policy but belong to all of them.
COMMON_TO_POLICIES = {"values", "shared"}
# Folders of a policy that are no edit but belong to all of its edits.
COMMON_TO_EDITS = {"vocabulary"}
# A pure function's result must not hang on when, where or how often it runs.
IMPURE = {"asyncio", "random", "secrets", "socket", "subprocess", "threading", "time"}
CLOCKS_AND_DICE = {"now", "utcnow", "today", "uuid1", "uuid4"}
KAFKA_CLIENTS = (
    "stream_edits.engine.kafka",
    "stream_edits.mock_cluster",
    "stream_edits.codec.registry",
    "stream_edits.demo",
)
MOST_LINES = 250
MOST_FUNCTION_LINES = 40


class Module(NamedTuple):
    name: str
    source: str
    is_package: bool = False

    @property
    def floor(self) -> str:
        return floor_of(self.name)

    @property
    def edit(self) -> str | None:
        return edit_of(self.name)


def floor_of(name: str) -> str:
    """The top-level module that a dotted name of the project lies in."""
    steps = name.split(".")
    return steps[1] if len(steps) > 1 and steps[1] in BELOW else ITSELF


def edit_of(name: str) -> str | None:
    """The edit whose folder the name lies in, if it does: `policy/edit`."""
    steps = name.split(".")
    if steps[:2] != [PACKAGE, "policies"] or len(steps) < 4 or steps[2] in COMMON_TO_POLICIES:
        return None
    policy, folder = steps[2], steps[3]
    is_edit = (
        folder not in COMMON_TO_EDITS and (ROOT / PACKAGE / "policies" / policy / folder).is_dir()
    )
    return f"{policy}/{folder}" if is_edit else None


def imports(module: Module) -> Iterator[str]:
    """Every dotted name the source imports, wherever in it; relative ones made absolute."""
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = node.level - 1 if module.is_package else node.level
                holder = module.name.split(".")[: -up or None]
                base = ".".join([*holder, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def violations(module: Module) -> list[str]:
    """Everything in one module that breaks a rule of the tree."""
    rules = (_upward, _impure, _client, _too_long)
    return [violation for rule in rules for violation in rule(module)]


def _upward(module: Module) -> Iterator[str]:
    for name in imports(module):
        if name.split(".")[0] != PACKAGE:
            continue
        floor = floor_of(name)
        if floor != module.floor and floor not in BELOW[module.floor]:
            yield f"{module.name} may not import {name}: {floor or PACKAGE} is not below it"
        if module.edit and edit_of(name) not in (None, module.edit):
            yield f"{module.name} may not import another edit: {name}"


def _impure(module: Module) -> Iterator[str]:
    if module.floor not in _CORE:
        return
    for name in imports(module):
        dice = name.startswith("uuid.") and name.removeprefix("uuid.") in CLOCKS_AND_DICE
        if dice or name.split(".")[0] in IMPURE:
            yield f"{module.name} is pure and may not import {name}"
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS_AND_DICE:
            yield f"{module.name} is pure and may not use a clock or dice: .{node.attr}"


def _client(module: Module) -> Iterator[str]:
    allowed = any(f"{module.name}.".startswith(f"{client}.") for client in KAFKA_CLIENTS)
    if not allowed and any(name.split(".")[0] == "confluent_kafka" for name in imports(module)):
        yield f"{module.name} may not import confluent_kafka"


def _too_long(module: Module) -> Iterator[str]:
    lines = module.source.count("\n")
    if lines > MOST_LINES:
        yield f"{module.name} has {lines} lines, more than {MOST_LINES}"
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > MOST_FUNCTION_LINES:
                where = f"{module.name}.{node.name}"
                yield f"{where} has {lines} lines, more than {MOST_FUNCTION_LINES}"


def modules(folder: str) -> list[Module]:
    found = []
    for file in sorted((ROOT / folder).rglob("*.py")):
        steps = list(file.relative_to(ROOT).with_suffix("").parts)
        is_package = steps[-1] == "__init__"
        name = ".".join(steps[:-1] if is_package else steps)
        found.append(Module(name, file.read_text(encoding="utf-8"), is_package))
    return found


@pytest.mark.parametrize("module", modules(PACKAGE), ids=lambda module: module.name)
def test_the_tree_keeps_its_floors(module: Module) -> None:
    assert violations(module) == []


def test_every_top_level_module_has_a_floor() -> None:
    top = {module.name.split(".")[1] for module in modules(PACKAGE) if "." in module.name}
    assert top - BELOW.keys() == set()


@pytest.mark.parametrize(
    "module",
    [each for folder in ("tests", "bench", "monitoring") for each in modules(folder)],
    ids=lambda module: module.name,
)
def test_other_files_and_functions_are_short_too(module: Module) -> None:
    assert list(_too_long(module)) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("stream_edits.domain.claim", "from stream_edits.policies import contract"),
        ("stream_edits.domain.claim", "from stream_edits import __version__"),
        ("stream_edits.policies.contract", "import stream_edits.stages.intake"),
        ("stream_edits.policies.contract", "from stream_edits import engine"),
        ("stream_edits.policies.contract", "from ..codec import avro"),
        ("stream_edits.policies.contract", "def f():\n    import time"),
        ("stream_edits.policies.contract", "from random import random"),
        ("stream_edits.policies.contract", "from uuid import uuid4"),
        ("stream_edits.policies.contract", "import datetime as d\nd.date.today()"),
        ("stream_edits.stages.intake", "from datetime import datetime\ndatetime.now()"),
        ("stream_edits.stages.intake", "from stream_edits.codec.avro import decode"),
        ("stream_edits.engine.runner", "from stream_edits.domain.claim import Claim"),
        ("stream_edits.engine.runner", "from ..settings import Settings"),
        ("stream_edits.engine.runner", "from .. import app"),
        ("stream_edits.engine.runner", "from confluent_kafka import Consumer"),
        ("stream_edits.engine.kafkaesque", "import confluent_kafka"),
        ("stream_edits.codec.avro", "from confluent_kafka.schema_registry import Schema"),
        ("stream_edits.codec.avro", "from stream_edits.engine import ports"),
        ("stream_edits.app", "from stream_edits.cli import main"),
        ("stream_edits.app", "\n" * (MOST_LINES + 1)),
        ("stream_edits.app", "def f():\n" + "    1\n" * MOST_FUNCTION_LINES),
        ("stream_edits.app", "class C:\n  async def f():\n" + "    1\n" * MOST_FUNCTION_LINES),
        (
            "stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit",
            "from stream_edits.policies.khs_6_21_p.add_on_without_primary import edit",
        ),
        (
            "stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit",
            "from ..add_on_without_primary.edit import add_on",
        ),
    ],
)
def test_each_rule_can_fail(name: str, source: str) -> None:
    assert len(violations(Module(name, source))) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("stream_edits.cli", "from stream_edits import app, __version__, demo"),
        ("stream_edits.app", "from .engine import runner\nfrom .settings import Settings"),
        ("stream_edits.app", "\n" * MOST_LINES),
        ("stream_edits.app", "def f():\n" + "    1\n" * (MOST_FUNCTION_LINES - 1)),
        ("stream_edits.engine.kafka.source", "import confluent_kafka"),
        ("stream_edits.engine.runner", "import time\nfrom . import log\nfrom ..metrics import M"),
        (
            "stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit",
            "from ...contract import Edit",
        ),
        ("stream_edits.policies.khs_6_21_p.multiple_initial_codes.edit", "from .other import x"),
        (
            "stream_edits.policies.catalog",
            "from .khs_6_21_p.multiple_initial_codes.edit import check",
        ),
    ],
)
def test_what_is_allowed_passes(name: str, source: str) -> None:
    assert violations(Module(name, source)) == []
