"""The names that the package's modules define, read without importing them."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tests.documents.citations import ROOT


@lru_cache(maxsize=1)
def defined_names() -> frozenset[str]:
    """Functions, classes and constants of all modules, and "Class.member" for all members, those of
    base classes included."""
    classes: dict[str, _Class] = {}
    found: set[str] = set()
    for file in (ROOT / "stream_edits").rglob("*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            found |= set(_assigned(node))
            if isinstance(node, ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.ClassDef):
                known = classes.setdefault(node.name, _Class(set(), set()))
                known.members.update(_members(node))
                known.bases.update(base.id for base in node.bases if isinstance(base, ast.Name))
    members = (f"{name}.{member}" for name in classes for member in _all_members(name, classes))
    return frozenset({*found, *classes, *members})


class _Class(NamedTuple):
    """All classes of one name; a glossary means any of them."""

    members: set[str]
    bases: set[str]


def _all_members(name: str, classes: dict[str, _Class]) -> set[str]:
    own = classes.get(name, _Class(set(), set()))
    return own.members.union(*(_all_members(base, classes) for base in own.bases - {name}))


def _assigned(node: ast.AST) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def _members(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        yield from _assigned(part)
        if isinstance(part, ast.FunctionDef):
            yield part.name
            yield from _own_attributes(part)


def _own_attributes(method: ast.FunctionDef) -> Iterator[str]:
    """The attributes that a method sets on its object."""
    for part in ast.walk(method):
        match part:
            case ast.Attribute(ast.Name("self"), name, ast.Store()):
                yield name
