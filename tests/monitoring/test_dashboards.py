"""The dashboards follow the rules of Grafana's dashboard-linter and are current.

The linter is not available as a package, so its rules are implemented here.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.__main__ import generated
from stream_edits.metrics import declared
from tests.monitoring.dashboards import FILES, FOLDER, Json, Query, dashboard, panels, queries
from tests.monitoring.promql import ROOT, alerts, read_at_once, selectors

OF_THE_PROCESS = {
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_open_fds",
    "process_start_time_seconds",
}
STANDINS = {
    "__rate_interval": "1m",
    "__range": "1h",
    "__interval": "1h",
    "namespace": ".*",
    "job": ".*",
    "stage": ".*",
}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def violations(model: Json) -> Iterator[str]:
    """The violations of rules in a dashboard."""
    yield from _of_the_page(model)
    for panel in panels(model):
        for each in _of_a_panel(panel):
            yield f"{panel.get('title')}: {each}"
    for query in queries(model):
        for each in _of_a_query(query.substituted(STANDINS), query.expression):
            yield f"{query.panel}: {each}: {query.expression}"


def _of_the_page(model: Json) -> Iterator[str]:
    variables = {each["name"]: each for each in model["templating"]["list"]}
    if "__inputs" in model or model.get("id") is not None:
        yield "holds what an export from one Grafana leaves behind"
    if not re.fullmatch(r"[a-z0-9-]{1,40}", model["uid"]):
        yield "the uid is not stable and short"
    if not 39 <= model["schemaVersion"] <= 41:
        yield "the schema version is not one that Grafana 10.4 to 12 reads"
    if model["editable"] is not False or not model["tags"] or not model["description"]:
        yield "is editable, or without tags or description"
    if not model["links"]:
        yield "has no way to the other dashboard"
    if variables["datasource"]["type"] != "datasource":
        yield "has no data source variable"
    for name in variables.keys() - {"datasource"}:
        if variables[name]["datasource"] != SOURCE or not variables[name]["includeAll"]:
            yield f"variable {name}: fixed data source, or no `All`"
    if not {"namespace", "job"} <= variables.keys():
        yield "has no variables for namespace and job"
    for mark in model["annotations"]["list"]:
        for each in _of_a_query(Query("", "", mark["expr"]).substituted(STANDINS), mark["expr"]):
            yield f"annotation {mark['name']}: {each}"
    yield from _of_the_places(model["panels"])
    ids = [panel.get("id") for panel in panels(model)]
    if None in ids or len(set(ids)) != len(ids):
        yield "panels without an id of their own"


def _of_the_places(shown: list[Json]) -> Iterator[str]:
    """Each cell of a panel is of no other one, and no line of the grid is empty."""
    taken: dict[tuple[int, int], str] = {}
    for panel in shown:
        place = panel["gridPos"]
        if place["x"] + place["w"] > 24:
            yield f"{panel['title']} is outside of the grid"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if (x, y) in taken:
                    yield f"{panel['title']} is over {taken[x, y]}"
                    return
                taken[x, y] = panel["title"]
    lines = {y for _, y in taken}
    if len(lines) != max(lines) + 1:
        yield "empty lines between the panels"


def _of_a_panel(panel: Json) -> Iterator[str]:
    if not panel.get("title") or not panel.get("description"):
        yield "no title or no description"
    if panel["datasource"] != SOURCE:
        yield "a fixed data source"
    if not panel["fieldConfig"]["defaults"].get("unit"):
        yield "no unit"
    if not panel["targets"]:
        yield "no query"
    for target in panel["targets"]:
        if target["datasource"] != SOURCE or not target["legendFormat"]:
            yield "a query with a fixed data source, or without a legend"


def _of_a_query(expression: str, written: str) -> Iterator[str]:
    try:
        selected = selectors(expression)
    except ValueError as failure:
        yield f"no PromQL ({failure})"
        return
    for selector, name in selected.items():
        if name == "ALERTS":
            # Prometheus makes it. Alerts that sum over pods have no namespace.
            if 'alertname=~"StreamEdits' not in selector:
                yield "alerts of others"
            continue
        if name not in KNOWN:
            yield f"no metric {name}"
        if "namespace=~" not in selector or "job=~" not in selector:
            yield f"{name} is not narrowed by namespace and job"
    for name in read_at_once(expression):
        if re.search(r"_(total|bucket|sum|count)$", name):
            yield f"{name} is a counter that is not rated"
    if re.search(r"(?<!i)rate\([^[]*\[(?!\$__rate_interval)", written):
        yield "a rate over a fixed time"


def _known() -> set[str]:
    names = set(OF_THE_PROCESS)
    for metric in declared():
        if metric.type == "histogram":
            names |= {metric.name + suffix for suffix in ("_bucket", "_sum", "_count")}
        else:
            names.add(metric.name)
    return names


KNOWN = _known()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_rule_is_broken(file: Path) -> None:
    assert list(violations(dashboard(file))) == []


def test_there_are_two_dashboards_with_different_uids() -> None:
    assert [file.stem for file in FILES] == ["claims", "operations"]
    assert len({dashboard(file)["uid"] for file in FILES}) == 2


@pytest.mark.parametrize(("path", "text"), list(generated()), ids=lambda x: getattr(x, "stem", ""))
def test_the_committed_dashboards_are_current(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run `make generated` and commit"


def test_every_metric_of_ours_is_shown_on_a_dashboard_or_alerted_on() -> None:
    shown = {
        name
        for file in FILES
        for query in queries(dashboard(file))
        for name in selectors(query.substituted(STANDINS)).values()
    }
    shown |= {name for alert in alerts() for name in selectors(alert.expression).values()}
    unseen = {m.name for m in declared() if not any(name.startswith(m.name) for name in shown)}
    assert unseen == set()


def test_the_runbook_names_panels_that_exist() -> None:
    titles = {panel["title"] for file in FILES for panel in panels(dashboard(file))}
    others = {dashboard(file)["title"] for file in FILES} | {alert.name for alert in alerts()}
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    looked_at = re.findall(r"\*\*Look at:\*\*(.*?)\*\*Do:\*\*", runbook, re.DOTALL)
    named = {
        " ".join(name.split())
        for text in looked_at
        for name in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", text)
    }
    assert len(named) > 20
    assert sorted(named - titles - others) == []


def broken(**changes: object) -> Json:
    return {**dashboard(FOLDER / "claims.json"), **changes}


FIRST = next(panels(dashboard(FOLDER / "claims.json")))


def with_panel(**changes: object) -> Json:
    return broken(panels=[{**FIRST, **changes}])


def with_place(**changes: int) -> Json:
    return with_panel(gridPos={**FIRST["gridPos"], "y": 0, **changes})


def with_query(expression: str) -> Json:
    target = {"datasource": SOURCE, "legendFormat": "x", "expr": expression}
    return with_panel(targets=[target])


HERE = '{namespace=~"$namespace", job=~"$job"}'


@pytest.mark.parametrize(
    ("model", "violation"),
    [
        (broken(editable=True), "editable"),
        (broken(uid="Claims!"), "uid"),
        (broken(schemaVersion=16), "schema version"),
        (broken(__inputs=[]), "export"),
        (with_place(x=20, w=12), "outside of the grid"),
        (with_place(y=1), "empty lines"),
        (broken(panels=[FIRST, FIRST]), f"is over {FIRST['title']}"),
        (with_panel(description=""), "description"),
        (with_panel(datasource={"type": "prometheus", "uid": "abc"}), "fixed data source"),
        (with_panel(fieldConfig={"defaults": {}}), "no unit"),
        (with_query("sum("), "no PromQL"),
        (with_query(f"sum(stream_edits_redy{HERE})"), "no metric"),
        (with_query("sum(stream_edits_ready)"), "not narrowed"),
        (with_query('sum(ALERTS{alertstate="firing"})'), "alerts of others"),
        (with_query(f"sum(stream_edits_decisions_total{HERE})"), "not rated"),
        (with_query(f"sum(rate(stream_edits_decisions_total{HERE}[5m]))"), "fixed time"),
    ],
)
def test_a_broken_rule_is_reported(model: Json, violation: str) -> None:
    assert any(violation in each for each in violations(model))
