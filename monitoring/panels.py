"""The panels of both dashboards, on Grafana's own builders.

Each has a title, a description, a unit and queries. The data source is always the variable. Green,
orange and red are the colors of PASS, PEND and DENY. Elsewhere only red is used: where a number
needs a person.
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
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models

DATA_SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
# Selectors for the chosen installation, and for the chosen stages in it.
HERE = 'namespace=~"$namespace", job=~"$job"'
STAGES = HERE + ', stage=~"$stage"'
DISPOSITIONS = {"PASS": "green", "PEND": "orange", "DENY": "red"}
PLAIN = "blue"
# Counts with all their digits (4,012 and not 4 K), and rates.
COUNT, PER_SECOND = "locale", "suffix:/s"
# Where all values are smaller, an axis ends here: not at 100, as for zeros alone.
_LEAST_TOP = {"percentunit": 0.05}
_DASHED = common.GraphThresholdsStyleConfig().mode(shapes.GraphThresholdsStyleMode.DASHED)
_IN_A_COLUMN, _IN_A_ROW = shapes.VizOrientation.HORIZONTAL, shapes.VizOrientation.VERTICAL
Queries = dict[str, str]


def graph(
    title: str,
    description: str,
    unit: str,
    queries: Queries,
    *,
    alarm: float | None = None,
    stacked: bool = False,
    colors: dict[str, str] | None = None,
    beside: bool = False,
    span: int = 8,
    height: int = 8,
) -> timeseries.Panel:
    """Lines over time. `queries` holds expressions by legend; `alarm` draws a threshold.

    `beside` puts the legend on the right, where many names have room.
    """
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .unit(unit)
        .min(0)
        .axis_soft_max(_LEAST_TOP.get(unit, 1))
        .span(span)
        .height(height)
        .fill_opacity(60 if stacked else 8)
        .line_width(1)
        .show_points(shapes.VisibilityMode.NEVER)
        .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI))
        .legend(_legend(beside))
    )
    if stacked:
        panel.stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL))
    if alarm is not None:
        panel.thresholds(_thresholds(alarm)).thresholds_style(_DASHED)
    _ask(panel, queries, colors, instant=False)
    return panel


def columns(
    title: str,
    description: str,
    queries: Queries,
    *,
    colors: dict[str, str] | None = None,
    unit: str = COUNT,
    span: int = 12,
) -> timeseries.Panel:
    """Stacked columns, one for each hour, or for longer steps where the chosen time is long.

    Each query counts with `increase(…[$__interval])`.
    """
    panel = graph(title, description, unit, queries, stacked=True, colors=colors, span=span)
    if unit == "percentunit":
        panel.max(1)
    return (
        panel.interval("1h")
        .decimals(0)
        .draw_style(shapes.GraphDrawStyle.BARS)
        .bar_width_factor(0.9)
    )


def number(
    title: str,
    description: str,
    unit: str,
    queries: Queries,
    *,
    alarm: float | None = None,
    colors: dict[str, str] | None = None,
    words: bool = False,
    below: bool = False,
    decimals: int | None = None,
    span: int = 4,
    height: int = 4,
) -> stat.Panel:
    """The newest value, red from `alarm` on. `words` shows the legend instead of the value.

    ``below`` puts the values below each other, each after its name; else they are side by side.
    Pass ``decimals=0`` for counts over a time range, because Prometheus extrapolates them.
    """
    panel = (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .unit(unit)
        .span(span)
        .height(height)
        .orientation(_IN_A_COLUMN if below else _IN_A_ROW)
        .graph_mode(shapes.BigValueGraphMode.NONE)
        .text_mode(shapes.BigValueTextMode.NAME if words else shapes.BigValueTextMode.AUTO)
        # One size for all values of a panel, and for all panels of a row.
        .text(_size(14, 18 if words or below else 28))
        .color_mode(shapes.BigValueColorMode.VALUE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )
    panel.thresholds(_thresholds(alarm))
    if decimals is not None:
        panel.decimals(decimals)
    _ask(panel, queries, colors, instant=True)
    return panel


def bars(
    title: str,
    description: str,
    unit: str,
    queries: Queries,
    *,
    color: str = PLAIN,
    span: int = 12,
    height: int = 10,
) -> bargauge.Panel:
    """One bar for each series, in the order of the query's result, its name above it."""
    panel = (
        bargauge.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .unit(unit)
        .decimals(1 if unit == "percentunit" else 0)
        .min(0)
        .span(span)
        .height(height)
        .orientation(shapes.VizOrientation.HORIZONTAL)
        # A few bars are as thick as many.
        .sizing(shapes.BarGaugeSizing.MANUAL)
        .min_viz_height(16)
        .max_viz_height(40)
        .name_placement(shapes.BarGaugeNamePlacement.TOP)
        .text(_size(13, 14))
        .display_mode(shapes.BarGaugeDisplayMode.GRADIENT)
        .color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.FIXED).fixed_color(color))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )
    _ask(panel, queries, None, instant=True)
    return panel


def quantile(metric: str, wanted: float) -> Queries:
    """A quantile of a histogram by stage, as a query by legend."""
    return {
        "{{stage}}": f"histogram_quantile({wanted:g}, sum by (le, stage) "
        f"(rate({metric}_bucket{{{STAGES}}}[$__rate_interval])))"
    }


def quantiles(metric: str, wanted: Iterable[float]) -> Queries:
    """Quantiles of a histogram by stage, as queries by legend."""
    return {
        f"{legend} p{each * 100:g}": expression
        for each in wanted
        for legend, expression in quantile(metric, each).items()
    }


def _size(title: int, value: int) -> common.VizTextDisplayOptions:
    return common.VizTextDisplayOptions().title_size(title).value_size(value)


def _legend(beside: bool) -> common.VizLegendOptions:
    place = shapes.LegendPlacement.RIGHT if beside else shapes.LegendPlacement.BOTTOM
    return (
        common.VizLegendOptions()
        .display_mode(shapes.LegendDisplayMode.LIST)
        .placement(place)
        .show_legend(True)
    )


def _thresholds(alarm: float | None) -> dashboard.ThresholdsConfig:
    steps = [models.Threshold(value=None, color=PLAIN)]
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
