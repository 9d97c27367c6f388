"""Reads the committed dashboards."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.monitoring.promql import ROOT

FOLDER = ROOT / "helm" / "stream-edits" / "dashboards"
FILES = sorted(FOLDER.glob("*.json"))
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
Json = dict[str, Any]


class Query(NamedTuple):
    """One query of one panel."""

    dashboard: str
    panel: str
    expression: str

    def substituted(self, values: dict[str, str]) -> str:
        """The expression with values for its variables. Raises KeyError for a missing value."""
        return _VARIABLE.sub(lambda found: values[found[1]], self.expression)


@cache
def dashboard(path: Path) -> Json:
    """The dashboard model in a file."""
    model: Json = json.loads(path.read_text(encoding="utf-8"))
    return model


def panels(model: Json) -> Iterator[Json]:
    """Every panel except rows, including panels in collapsed rows."""
    for panel in model["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels", [])


def queries(model: Json) -> list[Query]:
    """Every query of a dashboard."""
    return [
        Query(model["uid"], panel["title"], target["expr"])
        for panel in panels(model)
        for target in panel["targets"]
    ]
