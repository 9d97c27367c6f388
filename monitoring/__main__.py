"""`python -m monitoring`: generate the dashboards and docs/metrics.md."""

import json
from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from monitoring.claims import claims
from monitoring.operations import operations
from stream_edits.metrics import metrics_page

ROOT = Path(__file__).parents[1]
DASHBOARDS = ROOT / "helm" / "stream-edits" / "dashboards"


def generated() -> Iterator[tuple[Path, str]]:
    """Each generated file and its text."""
    yield ROOT / "docs" / "metrics.md", metrics_page()
    for page in (operations(), claims()):
        built = page.build()
        for number, panel in enumerate(built.panels or [], start=1):
            panel.id_val = number
        name = str(built.uid).removeprefix("stream-edits-")
        text = json.dumps(built, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False)
        yield DASHBOARDS / f"{name}.json", text + "\n"


if __name__ == "__main__":
    for path, text in generated():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
