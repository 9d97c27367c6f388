"""`make pictures`: pictures of the dashboards with data of a real run.

No Grafana server is needed: Grafana's components (npm) draw the answers of a real Prometheus, and
Chromium takes the screenshot. Needs npm, chromium, pngquant and prometheus on the path.
"""

import json
import re
import shutil
import subprocess
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
_SECONDS, _ENCOUNTERS, _WIDTH, _GRID = 240, 4000, 1300, 30
_NOTE = (
    "Drawn with Grafana's own UI components from a real Prometheus that watched a real run of some "
    "minutes on a real Kafka; made-up claims. Not a screenshot of a Grafana server."
)
_LABEL = re.compile(r"\{\{(\w+)\}\}")


def take_pictures() -> None:
    """Run the service, query Prometheus, and write the pictures to docs/dashboards/."""
    with tempfile.TemporaryDirectory(prefix="stream-edits-pictures-") as name:
        folder = Path(name)
        (folder / "kafka").mkdir()
        with (
            running_broker(folder / "kafka") as broker,
            watched_run(broker, folder, _SECONDS, _ENCOUNTERS) as run,
        ):
            models = {file.stem: drawable(dashboard(file), run) for file in FILES}
    _build_page()
    for stem, model in models.items():
        _draw(stem, model)


def drawable(model: Json, run: Watched) -> Json:
    """The input of page.jsx: the panels with the answers to their queries."""
    return {
        "title": model["title"],
        "note": _NOTE,
        "width": _WIDTH,
        "range": [run.begun_s, run.ended_s],
        "panels": [_panel(panel, run) for panel in model["panels"]],
    }


def _panel(panel: Json, run: Watched) -> Json:
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
        "series": list(_series(panel, run)),
    }


def _series(panel: Json, run: Watched) -> Iterator[Json]:
    length = f"{run.ended_s - run.begun_s:.0f}s"
    chosen = {"__rate_interval": "10s", "__range": length, "__interval": "15s"}
    chosen |= dict.fromkeys(("namespace", "job", "stage"), ".*")
    colors = {
        rule["matcher"]["options"].strip(".*"): rule["properties"][0]["value"]["fixedColor"]
        for rule in panel["fieldConfig"].get("overrides", [])
    }
    for target in panel["targets"]:
        expression = re.sub(r"\$(\w+)", lambda found: chosen[found[1]], target["expr"])
        if target.get("instant"):
            answer = run.prometheus.at(expression, run.ended_s)
        else:
            answer = run.prometheus.over(expression, run.begun_s, run.ended_s)
        for each in answer:
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


def _draw(stem: str, model: Json) -> None:
    (BUILT / "page" / "data.js").write_text(f"window.dashboard = {json.dumps(model)};")
    lowest = max(panel["grid"]["y"] + panel["grid"]["h"] for panel in model["panels"])
    picture = PICTURES / f"{stem}.png"
    PICTURES.mkdir(exist_ok=True)
    chromium: list[Any] = [
        *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        "--allow-file-access-from-files",
        f"--window-size={_WIDTH},{80 + lowest * _GRID}",
        "--virtual-time-budget=20000",
        f"--screenshot={picture}",
        (BUILT / "page" / "index.html").as_uri(),
    ]
    subprocess.run(chromium, check=True, capture_output=True)
    squeeze = ["pngquant", "--force", "--ext", ".png", "64", str(picture)]
    subprocess.run(squeeze, check=True)


if __name__ == "__main__":
    take_pictures()
