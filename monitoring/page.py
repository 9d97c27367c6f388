"""What both dashboards have around their panels: variables, links, annotations, rows."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as models

from monitoring.panels import DATA_SOURCE, HERE

TAG = "stream-edits"
# The version whose builders and components are used; the tests check the schema's versions.
_MADE_FOR = "Made for Grafana 11.6; Grafana 10.4 to 12 read it."


def new_dashboard(
    uid: str, title: str, description: str, since: str, refresh: str
) -> dashboard.Dashboard:
    """An empty, read-only dashboard with the variables data source, namespace and job.

    It shows the time from `since` until now. Changes of the policy and of the software are marked.
    """
    link = dashboard.DashboardLink("stream-edits").type(models.DashboardLinkType.DASHBOARDS)
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(f"{description} {_MADE_FOR}")
        .tags([TAG, "kafka", "claims"])
        .readonly()
        .timezone("browser")
        .refresh(refresh)
        .time(since, "now")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(link.tags([TAG]).as_dropdown(False).keep_time(True).include_vars(True))
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")
        )
        .with_variable(variable("namespace", "stream_edits_build_info"))
        .with_variable(variable("job", 'stream_edits_build_info{namespace=~"$namespace"}'))
        .annotation(_changes("Policy", "policy", "purple"))
        .annotation(_changes("Software", "version", "blue"))
    )


def _changes(name: str, label: str, color: str) -> dashboard.AnnotationQuery:
    """A mark where a version runs that did not run ten minutes before."""
    running = f"count by ({label}) (stream_edits_build_info{{{HERE}}})"
    before = f"count by ({label}) (stream_edits_build_info{{{HERE}}} offset 10m)"
    return (
        dashboard.AnnotationQuery()
        .name(f"{name} changed")
        .datasource(DATA_SOURCE)
        .enable(True)
        .icon_color(color)
        .expr(f"({running} unless {before}) and on () (count ({before}) > 0)")
    )


def folded(page: dashboard.Dashboard, title: str, *panels: Builder[models.Panel]) -> None:
    """Append a row that is closed until somebody opens it."""
    added = dashboard.Row(title)
    for panel in panels:
        added.with_panel(panel)
    page.with_row(added)


def close_up(panels: Sequence[models.Panel | models.RowPanel]) -> None:
    """Let no room below closed rows, as Grafana stores them. The builder leaves that of the panels.

    The panels in a closed row stay as far below it as they are.
    """
    unused = 0
    for panel in panels:
        if panel.grid_pos is None:
            continue
        panel.grid_pos.y -= unused
        inside = getattr(panel, "panels", None) or []
        places = [each.grid_pos for each in inside if each.grid_pos is not None]
        if places:
            for place in places:
                place.y -= unused
            unused += max(place.y + place.h for place in places) - panel.grid_pos.y - 1


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
