"""The panels of both dashboards, on Grafana's own builders.

Each has a title, a description, a unit and queries. The data source is always the variable.
"""

from collections.abc import Iterable
from typing import Any

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    timeseries,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models

TAG = "stream-edits"
DATA_SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
# Selectors for the chosen installation, and for the chosen stages in it.
HERE = 'namespace=~"$namespace", job=~"$job"'
STAGES = HERE + ', stage=~"$stage"'
DISPOSITIONS = {"PASS": "green", "PEND": "orange", "DENY": "red"}
Queries = dict[str, str]


def new_dashboard(uid: str, title: str, description: str) -> dashboard.Dashboard:
    """An empty, read-only dashboard with the variables data source, namespace and job."""
    link = dashboard.DashboardLink("stream-edits").type(models.DashboardLinkType.DASHBOARDS)
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG, "kafka", "claims"])
        .readonly()
        .timezone("browser")
        .refresh("30s")
        .time("now-3h", "now")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(link.tags([TAG]).as_dropdown(False).keep_time(True).include_vars(True))
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")
        )
        .with_variable(variable("namespace", "stream_edits_build_info"))
        .with_variable(variable("job", 'stream_edits_build_info{namespace=~"$namespace"}'))
    )


def row(page: dashboard.Dashboard, title: str, *panels: Builder[models.Panel]) -> None:
    """Append a row of panels."""
    page.with_row(dashboard.Row(title))
    for panel in panels:
        page.with_panel(panel)


def variable(name: str, series: str) -> dashboard.QueryVariable:
    """A choice among the values of a label. `All` also matches series without the label."""
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .datasource(DATA_SOURCE)
        .query(f"label_values({series}, {name})")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(models.VariableOption(selected=True, text="All", value="$__all"))
    )


def graph(
    title: str,
    description: str,
    unit: str,
    queries: Queries,
    *,
    alarm: float | None = None,
    stacked: bool = False,
    colors: dict[str, str] | None = None,
    span: int = 8,
) -> timeseries.Panel:
    """Lines over time. `queries` holds expressions by legend; `alarm` draws a threshold."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .unit(unit)
        .min(0)
        .span(span)
        .height(8)
        .fill_opacity(60 if stacked else 8)
        .line_width(1)
        .show_points(shapes.VisibilityMode.NEVER)
        .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI))
        .legend(_legend())
    )
    if stacked:
        panel.stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL))
    if alarm is not None:
        panel.thresholds(_thresholds(alarm))
        panel.thresholds_style(
            common.GraphThresholdsStyleConfig().mode(shapes.GraphThresholdsStyleMode.DASHED)
        )
    _ask(panel, queries, colors, instant=False)
    return panel


def number(
    title: str,
    description: str,
    unit: str,
    queries: Queries,
    *,
    alarm: float | None = None,
    colors: dict[str, str] | None = None,
    words: bool = False,
    decimals: int | None = None,
    span: int = 4,
) -> stat.Panel:
    """The newest value, red from `alarm` on. `words` shows the legend instead of the value.

    Pass ``decimals=0`` for counts over a time range, because Prometheus extrapolates them.
    """
    panel = (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .unit(unit)
        .span(span)
        .height(5)
        .graph_mode(shapes.BigValueGraphMode.NONE)
        .text_mode(shapes.BigValueTextMode.NAME if words else shapes.BigValueTextMode.AUTO)
        .color_mode(shapes.BigValueColorMode.VALUE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )
    panel.thresholds(_thresholds(alarm))
    if decimals is not None:
        panel.decimals(decimals)
    _ask(panel, queries, colors, instant=True)
    return panel


def bars(
    title: str, description: str, unit: str, queries: Queries, *, span: int = 12
) -> bargauge.Panel:
    """One bar for each series, in the order of the query's result."""
    panel = (
        bargauge.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .unit(unit)
        .decimals(0)
        .min(0)
        .span(span)
        .height(9)
        .orientation(shapes.VizOrientation.HORIZONTAL)
        .text(common.VizTextDisplayOptions().title_size(13).value_size(14))
        .display_mode(shapes.BarGaugeDisplayMode.GRADIENT)
        .color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )
    _ask(panel, queries, None, instant=True)
    return panel


def quantiles(metric: str, wanted: Iterable[float]) -> Queries:
    """Quantiles of a histogram by stage, as queries by legend."""
    return {
        f"{{{{stage}}}} p{quantile * 100:g}": (
            f"histogram_quantile({quantile:g}, sum by (le, stage) "
            f"(rate({metric}_bucket{{{STAGES}}}[$__rate_interval])))"
        )
        for quantile in wanted
    }


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(shapes.LegendDisplayMode.LIST)
        .placement(shapes.LegendPlacement.BOTTOM)
        .show_legend(True)
    )


def _thresholds(alarm: float | None) -> dashboard.ThresholdsConfig:
    steps = [models.Threshold(value=None, color="green")]
    if alarm is not None:
        steps.append(models.Threshold(value=alarm, color="red"))
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _ask(panel: Any, queries: Queries, colors: dict[str, str] | None, *, instant: bool) -> None:
    for number, (legend, expression) in enumerate(queries.items()):
        query = prometheus.Dataquery().expr(expression).legend_format(legend)
        query.ref_id(chr(ord("A") + number)).datasource(DATA_SOURCE)
        panel.with_target(query.instant() if instant else query.range())
    for name, color in (colors or {}).items():
        fixed = {"mode": "fixed", "fixedColor": color}
        panel.override_by_regexp(
            f".*{name}.*", [models.DynamicConfigValue(id_val="color", value=fixed)]
        )
