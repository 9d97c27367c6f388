"""Finds the metrics that a PromQL expression selects."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import promql_parser
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
RULES = ROOT / "helm" / "stream-edits" / "rules" / "stream-edits.yaml"
_WITHIN = ("lhs", "rhs", "expr", "param", "args", "vector_selector")


class Alert(NamedTuple):
    """One alert of the rules file."""

    name: str
    expression: str
    severity: str
    annotations: dict[str, str]


def alerts() -> list[Alert]:
    """Every alert, in the order of the file."""
    groups = YAML(typ="safe").load(RULES.read_text(encoding="utf-8"))["groups"]
    return [
        Alert(rule["alert"], rule["expr"], rule["labels"]["severity"], rule["annotations"])
        for group in groups
        for rule in group["rules"]
    ]


def selectors(expression: str) -> dict[str, str]:
    """The selectors in an expression, without ranges, with the names of their metrics.

    Raises ValueError for invalid PromQL.
    """
    return {selector: name for selector, name, _ in _selectors(promql_parser.parse(expression))}


def read_at_once(expression: str) -> set[str]:
    """The metrics that an expression selects as instant vectors, not as ranges."""
    return {name for _, name, ranged in _selectors(promql_parser.parse(expression)) if not ranged}


def _selectors(node: Any, ranged: bool = False) -> Iterator[tuple[str, str, bool]]:
    if isinstance(node, promql_parser.VectorSelector):
        matchers = ",".join(str(matcher) for matcher in node.matchers.matchers)
        yield f"{node.name}{{{matchers}}}", str(node.name), ranged
    for name in _WITHIN:
        inner = getattr(node, name, None)
        for each in inner if isinstance(inner, list) else [inner]:
            if each is not None:
                yield from _selectors(each, isinstance(node, promql_parser.MatrixSelector))
