"""The first row of the dashboard for claims staff: what is held now, and how long is left."""

from grafana_foundation_sdk.builders import bargauge, dashboard, stat, timeseries

from monitoring.page import row
from monitoring.panels import COUNT, DISPOSITIONS, HERE, bars, graph, number

# Not the colors of dispositions: the less time is left, the darker.
_LEFT = {
    "overdue": "dark-purple",
    "0-5 days": "purple",
    "6-15 days": "light-purple",
    "16+ days": "light-blue",
    "no due day": "text",
}
# A query for each, because the answer to one would be in the order of the alphabet.
_BY_DAYS_LEFT = {
    words: f'sum (stream_edits_open_pends{{{HERE}, days_left="{left}"}})'
    for words, left in zip(_LEFT, ("overdue", "0-5", "6-15", "16+", "none"), strict=True)
}
_WAITS_FOR = {"provider": "provider", "payer": "payer", "another claim": "claim"}


def open_now(page: dashboard.Dashboard, paragraph: str) -> None:
    """Held claims by days left, by whose move they are, over time, and by edit.

    ``paragraph`` joins the paragraph of the policy to a sum by edit.
    """
    row(page, "Held now", _by_days_left(), _by_move(), _over_time(), _by_edit(paragraph))


def _by_days_left() -> stat.Panel:
    return number(
        "Held claims by days left",
        "Claims that are PEND now, by the days until prompt-pay law wants them paid or denied. "
        "From five days on: alert StreamEditsPendsDue. `stream-edits pends` lists them.",
        COUNT,
        _BY_DAYS_LEFT,
        colors=_LEFT,
        decimals=0,
        span=12,
    )


def _by_move() -> stat.Panel:
    return number(
        "Held claims by who has to act",
        "The provider's: a document or a correction. The payer's: a person of the plan, for "
        "example to price a line. Another claim's: it has to arrive.",
        COUNT,
        {
            words: f'sum (stream_edits_open_pends{{{HERE}, waits_for="{name}"}})'
            for words, name in _WAITS_FOR.items()
        },
        decimals=0,
        span=12,
    )


def _over_time() -> timeseries.Panel:
    return graph(
        "Held claims over time",
        "By days left, stacked.",
        COUNT,
        _BY_DAYS_LEFT,
        stacked=True,
        colors=_LEFT,
        span=12,
        height=10,
    )


def _by_edit(paragraph: str) -> bargauge.Panel:
    return bars(
        "Edits that hold most claims",
        "A claim that several edits hold counts for each, with the paragraph of 6.21-P.",
        COUNT,
        {
            "{{edit_id}}, {{policy_section}}": "sort_desc(topk(8, sum by (edit_id) "
            f"(stream_edits_open_pends_by_edit{{{HERE}}}) {paragraph} > 0))"
        },
        color=DISPOSITIONS["PEND"],
    )
