"""`python -m monitoring`: generate the dashboards and docs/metrics.md."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from monitoring.claims import claims
from monitoring.operations import operations
from monitoring.page import close_up
from stream_edits.metrics import metrics_page

ROOT = Path(__file__).parents[1]
DASHBOARDS = ROOT / "helm" / "stream-edits" / "dashboards"


def generated() -> Iterator[tuple[Path, str]]:
    """Each generated file and its text."""
    yield ROOT / "docs" / "metrics.md", metrics_page()
    for page in (operations(), claims()):
        built = page.build()
        close_up(built.panels or [])
        for number, panel in enumerate(_with_folded(built.panels or []), start=1):
            panel.id_val = number
        name = str(built.uid).removeprefix("stream-edits-")
        text = json.dumps(built, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False)
        yield DASHBOARDS / f"{name}.json", text + "\n"


def _with_folded(panels: Iterable[Any]) -> Iterator[Any]:
    """The panels and rows, each closed row before the panels in it."""
    for panel in panels:
        yield panel
        yield from getattr(panel, "panels", None) or []


if __name__ == "__main__":
    for path, text in generated():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
