"""The row of the claims dashboard about what people decided on held and denied claims."""

from grafana_foundation_sdk.builders import bargauge, dashboard

from monitoring.page import row
from monitoring.panels import COUNT, HERE, bars

# The classes of the dead letters that are reviews in good form.
OF_REVIEWS = "StaleReview|UnknownReview"
_REVIEWS = "stream_edits_reviews_total"


def reviews(page: dashboard.Dashboard) -> None:
    """Reviews by edit and outcome, how often each edit is overturned, and those that came late."""
    row(
        page,
        "Reviews",
        bars(
            "Reviews by edit",
            "Findings that a person reviewed in the chosen time, by what they were and by the "
            "person's answer.",
            COUNT,
            {
                "{{edit_id}} {{disposition}} {{outcome}}": "sort_desc(topk(8, "
                "sum by (edit_id, disposition, outcome) "
                f"(increase({_REVIEWS}{{{HERE}}}[$__range])) > 0))"
            },
            span=10,
        ),
        overturned(),
        _changed_nothing(),
    )


def _changed_nothing() -> bargauge.Panel:
    panel = bars(
        "Reviews without effect",
        "Dead letters of reviews in the chosen time: what the person saw had changed since "
        "(StaleReview), or the claim, line or finding is not known (UnknownReview). Look at each.",
        COUNT,
        {
            "{{error_class}}": "sum by (error_class) (increase(stream_edits_dead_letters_total"
            f'{{{HERE}, error_class=~"{OF_REVIEWS}"}}[$__range]))'
        },
        color="red",
        span=6,
    )
    return panel.no_value("none")


def overturned() -> bargauge.Panel:
    """How often a person decides otherwise than an edit."""
    return bars(
        "Overturned reviews by edit",
        "Share of the reviewed findings of an edit that a person decided otherwise: a denial "
        "that was approved, and a hold that was approved or denied.",
        "percentunit",
        {
            "{{edit_id}}": f"sort_desc(topk(8, sum by (edit_id) ({_overturned()}) / "
            f"(sum by (edit_id) (increase({_REVIEWS}{{{HERE}}}[$__range])) > 0)))"
        },
        span=8,
    )


def _overturned() -> str:
    denied = f'{_REVIEWS}{{{HERE}, disposition="DENY", outcome="APPROVE"}}'
    held = f'{_REVIEWS}{{{HERE}, disposition="PEND", outcome=~"APPROVE|DENY"}}'
    return f"increase({denied}[$__range]) or increase({held}[$__range])"
