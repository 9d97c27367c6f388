"""`make pictures`: pictures of the dashboards with data of a real run.

No Grafana server is needed: Grafana's components (npm) draw the answers of a real Prometheus, and
Chromium takes the screenshot. Needs npm, chromium, pngquant and prometheus on the path.

The answers are kept in build/pictures. `python -m tests.monitoring.pictures 1000` draws them again
1000 pixels wide, there.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.broker import running_broker
from tests.monitoring.dashboards import FILES, Json, dashboard
from tests.monitoring.promql import ROOT
from tests.monitoring.watched import Watched, watched_run

SOURCE = ROOT / "monitoring" / "pictures"
BUILT = ROOT / "build" / "pictures"
PICTURES = ROOT / "docs" / "dashboards"
_KEPT = BUILT / "answers.json"
_SECONDS, _ENCOUNTERS, _WIDTH, _GRID = 240, 4000, 1400, 38
_NOTE = (
    "Drawn with Grafana's own UI components from a real Prometheus that watched a real run of some "
    "minutes on a real Kafka; made-up claims. Not a screenshot of a Grafana server. By hour: here, "
    "a column is 15 seconds."
)
_LABEL = re.compile(r"\{\{(\w+)\}\}")


class Answers:
    """The answers of Prometheus to the queries of the panels, over one run."""

    def __init__(self, begun_s: float, ended_s: float, run: Watched | None, kept: Json) -> None:
        """Without ``run``, only the ``kept`` ones, by query."""
        self.begun_s, self.ended_s = begun_s, ended_s
        self._run = run
        self._kept = kept

    def of(self, expression: str, instant: bool) -> list[Json]:
        """The series of one query. Raises KeyError if no run is there to ask, and none is kept."""
        key = f"{'at' if instant else 'over'} {expression}"
        if key not in self._kept and self._run is not None:
            prometheus = self._run.prometheus
            self._kept[key] = (
                prometheus.at(expression, self.ended_s)
                if instant
                else prometheus.over(expression, self.begun_s, self.ended_s)
            )
        found: list[Json] = self._kept[key]
        return found

    def keep(self) -> None:
        """Write them to a file."""
        kept = {"begun_s": self.begun_s, "ended_s": self.ended_s, "by_query": self._kept}
        _KEPT.parent.mkdir(parents=True, exist_ok=True)
        _KEPT.write_text(json.dumps(kept))


def take_pictures() -> None:
    """Run the service, query Prometheus, and write the pictures to docs/dashboards/."""
    with tempfile.TemporaryDirectory(prefix="stream-edits-pictures-") as name:
        folder = Path(name)
        (folder / "kafka").mkdir()
        with (
            running_broker(folder / "kafka") as broker,
            watched_run(broker, folder, _SECONDS, _ENCOUNTERS) as run,
        ):
            answers = Answers(run.begun_s, run.ended_s, run, {})
            models = {file.stem: drawable(dashboard(file), answers) for file in FILES}
            answers.keep()
    _build_page()
    PICTURES.mkdir(exist_ok=True)
    for stem, model in models.items():
        _draw(PICTURES / f"{stem}.png", model)


def draw_again(width: int) -> None:
    """Draw the kept answers of the last run in build/pictures."""
    kept = json.loads(_KEPT.read_text())
    answers = Answers(kept["begun_s"], kept["ended_s"], None, kept["by_query"])
    page = BUILT / "page" / "index.html"
    if not page.exists() or page.stat().st_mtime < max(f.stat().st_mtime for f in SOURCE.iterdir()):
        _build_page()
    for file in FILES:
        model = drawable(dashboard(file), answers) | {"width": width}
        _draw(BUILT / f"{file.stem}-{width}.png", model)


def drawable(model: Json, answers: Answers) -> Json:
    """The input of page.jsx: the panels with the answers to their queries."""
    return {
        "title": model["title"],
        "note": _NOTE,
        "width": _WIDTH,
        "range": [answers.begun_s, answers.ended_s],
        "panels": [_panel(panel, answers) for panel in model["panels"]],
    }


def _panel(panel: Json, answers: Answers) -> Json:
    drawn: Json = {"type": panel["type"], "title": panel["title"], "grid": panel["gridPos"]}
    if panel["type"] == "row":
        return drawn | {"folded": len(panel.get("panels", []))}
    field = panel["fieldConfig"]["defaults"]
    custom = field.get("custom", {})
    return drawn | {
        "unit": field["unit"],
        "decimals": field.get("decimals"),
        "thresholds": field.get("thresholds"),
        "alarmed": "thresholdsStyle" in custom,
        "stacked": "stacking" in custom,
        "columns": custom.get("drawStyle") == "bars",
        "beside": panel["options"].get("legend", {}).get("placement") == "right",
        "noValue": field.get("noValue"),
        "color": field.get("color", {}).get("fixedColor"),
        "words": panel["options"].get("textMode") == "name",
        "below": panel["options"].get("orientation") == "horizontal",
        "text": panel["options"].get("text"),
        "thickest": panel["options"].get("maxVizHeight"),
        "max": field.get("max"),
        "softMax": custom.get("axisSoftMax"),
        "series": list(_series(panel, answers)),
    }


def _series(panel: Json, answers: Answers) -> Iterator[Json]:
    length = f"{answers.ended_s - answers.begun_s:.0f}s"
    chosen = {"__rate_interval": "10s", "__range": length, "__interval": "15s"}
    chosen |= dict.fromkeys(("namespace", "job", "stage"), ".*")
    colors = {
        rule["matcher"]["options"].strip(".*"): rule["properties"][0]["value"]["fixedColor"]
        for rule in panel["fieldConfig"].get("overrides", [])
    }
    for target in panel["targets"]:
        expression = re.sub(r"\$(\w+)", lambda found: chosen[found[1]], target["expr"])
        for each in answers.of(expression, bool(target.get("instant"))):
            name = _legend(target["legendFormat"], each["metric"])
            values = [[t, _number(v)] for t, v in each.get("values") or [each["value"]]]
            color = next((color for word, color in colors.items() if word in name), None)
            yield {"name": name, "values": values, "color": color}


def _legend(form: str, labels: dict[str, str]) -> str:
    return _LABEL.sub(lambda found: labels.get(found[1], ""), form)


def _number(text: str) -> float | None:
    return None if text == "NaN" else float(text)


def _build_page() -> None:
    modules = BUILT / "npm"
    modules.mkdir(parents=True, exist_ok=True)
    for file in SOURCE.iterdir():
        if file.is_file():
            shutil.copy(file, modules)
    # Its optional peer dependencies need another version of React.
    install = [
        "npm",
        "install",
        "--legacy-peer-deps",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    for command in (install, ["npx", "vite", "build", "--outDir", str(BUILT / "page")]):
        subprocess.run(command, cwd=modules, check=True)


def _draw(picture: Path, model: Json) -> None:
    (BUILT / "page" / "data.js").write_text(f"window.dashboard = {json.dumps(model)};")
    lowest = max(panel["grid"]["y"] + panel["grid"]["h"] for panel in model["panels"])
    chromium: list[Any] = [
        *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        "--allow-file-access-from-files",
        f"--window-size={model['width']},{106 + lowest * _GRID}",
        "--virtual-time-budget=20000",
        f"--screenshot={picture}",
        (BUILT / "page" / "index.html").as_uri(),
    ]
    subprocess.run(chromium, check=True, capture_output=True)
    squeeze = ["pngquant", "--force", "--ext", ".png", "64", str(picture)]
    subprocess.run(squeeze, check=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        draw_again(int(sys.argv[1]))
    else:
        take_pictures()
