"""The modules of the tree and what they import, for the tests that hold the house in order."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = "stream_edits"
# The folders with Python.
FOLDERS = (PACKAGE, "bench", "monitoring", "tests", "tools")
ITSELF = ""  # stream_edits/__init__.py: the version

CORE = {"domain", "policies", "stages"}
_APP = {
    *(*CORE, ITSELF, "codec", "engine", "metrics", "settings", "logs", "report"),
    *("remittance", "strict_yaml", "text"),
}
BELOW: dict[str, set[str]] = {
    ITSELF: set(),
    "collector": set(),
    "logs": set(),
    "metrics": set(),
    "mock_cluster": set(),
    "pages": set(),
    "strict_yaml": {"yaml_words"},
    "yaml_words": set(),
    "text": set(),
    "domain": set(),
    "policies": {"domain", "strict_yaml", "text", "yaml_words"},
    "stages": {"policies", "domain", ITSELF},
    "codec": {"domain", ITSELF},
    "engine": {"metrics", "text"},
    "settings": {"strict_yaml", "yaml_words"},
    "report": {"domain", "text"},
    "remittance": {"policies", "domain", "text"},
    "impact": {"stages", "policies", "domain", "report", "pages", "text"},
    "handbook": {"policies", "domain", "strict_yaml", "text"},
    "explain": {*CORE, "codec", "handbook", "pages", "report", "text", ITSELF},
    "app": _APP,
    "service": {*_APP, "app", "collector"},
    "commands": {
        *(*_APP, "app", "collector", "explain", "handbook", "impact", "pages", "synthetic"),
        "yaml_words",
    },
    "synthetic": {"domain"},
    "demo": {*_APP, "app", "commands", "service", "synthetic", "mock_cluster"},
    "cli": {*_APP, "app", "commands", "service", "demo", "handbook", "impact"},
    "entry": {"cli"},
    "__main__": {"entry"},
}
# What the parts of the engine share.
_ENGINE_PORTS = {"advice", "clock", "config", "errors", "log", "ports", "records", "sizes"}
# What a part of a folder may import of the same folder. Parts that are not named may import all.
# Of policies/, these are what all policies share. Shapes are edits: they may import whatever an
# edit may.
BELOW_WITHIN: dict[str, dict[str, set[str]]] = {
    "policies": {
        "content": {"errors"},
        "values": {"content"},
        "shared": {"values"},
        "loading": {"about", "content", "edit_types", "errors", "policy", "shapes", "values"},
        "judging": {"edit_types", "encounter", "modes", "on_date", "policy", "values"},
        "comparing": {"content", "policy", "values"},
    },
    "engine": {
        "advice": set(),
        "clock": set(),
        "errors": set(),
        "log": set(),
        "records": set(),
        "sizes": {"records"},
        "config": {"errors", "records"},
        "ports": _ENGINE_PORTS - {"advice", "errors", "log", "ports"},
        "topics": _ENGINE_PORTS,
        "state": _ENGINE_PORTS,
        "dead_letters": _ENGINE_PORTS,
        "membership": {*_ENGINE_PORTS, "state", "topics"},
        "batches": {*_ENGINE_PORTS, "state", "dead_letters", "membership"},
        "kafka": {*_ENGINE_PORTS, "topics"},
    },
    "commands": {
        "files": {"progress"},
        "records": set(),
        "cases": set(),
    },
    "stages": {
        "shared": set(),
        "intake": {"shared"},
        "encounter": {"shared"},
        "supervision": {"shared"},
    },
}
# Folders of a policy that are not an edit but belong to all of its edits.
COMMON_TO_EDITS = {"vocabulary"}
# What stands on the policies, so that no edit may import it.
ABOVE_EDITS = {"loading", "judging", "comparing"}
# A folder that could be taken out of the project as it is.
LIBRARY = "stream_edits.codec.avro"
# A pure function's result must not depend on when, where or how often it runs.
IMPURE = {"asyncio", "random", "secrets", "socket", "subprocess", "threading", "time"}
CLOCKS_AND_DICE = {"now", "utcnow", "today", "uuid1", "uuid4"}
KAFKA_CLIENTS = (
    "stream_edits.engine.kafka",
    "stream_edits.mock_cluster",
    "stream_edits.codec.registry",
    "stream_edits.demo",
)


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


def part_within(folder: str, name: str) -> str | None:
    """The module or folder in a top-level folder that a dotted name of the project lies in."""
    steps = name.split(".")
    return steps[2] if steps[:2] == [PACKAGE, folder] and len(steps) > 2 else None


def policy_of(name: str) -> str | None:
    """The policy whose folder the name lies in, if it does."""
    part = part_within("policies", name)
    if part is None or not (ROOT / PACKAGE / "policies" / part / "policy.yaml").exists():
        return None
    return part


def edit_of(name: str) -> str | None:
    """The edit whose folder the name lies in, if it does: `policy/edit`."""
    policy, steps = policy_of(name), name.split(".")
    if policy is None or len(steps) < 4 or steps[3] in COMMON_TO_EDITS:
        return None
    folder = ROOT / PACKAGE / "policies" / policy / steps[3]
    return f"{policy}/{steps[3]}" if folder.is_dir() else None


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


def modules(folder: str) -> list[Module]:
    found = []
    for file in sorted((ROOT / folder).rglob("*.py")):
        steps = list(file.relative_to(ROOT).with_suffix("").parts)
        is_package = steps[-1] == "__init__"
        name = ".".join(steps[:-1] if is_package else steps)
        found.append(Module(name, file.read_text(encoding="utf-8"), is_package))
    return found
