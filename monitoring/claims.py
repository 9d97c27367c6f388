"""The dashboard for claims staff: what is held, what is decided, and why."""

from grafana_foundation_sdk.builders import dashboard, stat

from monitoring.claim_edits import DECISIONS, NOT_GOVERNED, PARAGRAPH, edits
from monitoring.claim_reviews import OF_REVIEWS, reviews
from monitoring.page import new_dashboard, row
from monitoring.panels import COUNT, DISPOSITIONS, HERE, PLAIN, bars, columns, number
from monitoring.pends import open_now

_COLORS = DISPOSITIONS | {"not governed": PLAIN}
_RESOLVED = "stream_edits_pends_resolved_total"
# Not the colors of dispositions.
_CAUSE_COLORS = {
    "its own correction": "blue",
    "a replacement claim": "light-blue",
    "a review by a person": "purple",
    "another claim": "light-purple",
}
_CAUSES = {
    "own": "its own correction",
    "replacement": "a replacement claim",
    "review": "a review by a person",
    "other": "another claim",
}


def claims() -> dashboard.Dashboard:
    """What is held, decisions over time, the edits behind them, reviews, units cut back."""
    page = new_dashboard(
        "stream-edits-claims",
        "stream-edits / claims",
        "What policy 6.21-P decides on infusion claims, by which paragraph, and which documents it "
        "requests.",
        since="now-7d",
        refresh="5m",
    )
    open_now(page, PARAGRAPH)
    for add_row in (_totals, _over_time, edits, _pends, reviews, _units):
        add_row(page)
    return page


def _counted(time: str) -> dict[str, str]:
    """Decisions by disposition in a time, those that the policy does not govern apart."""
    not_governed = f"sum (increase({NOT_GOVERNED}[{time}]))"
    governed = {
        name: f'sum (increase({DECISIONS}{{{HERE}, disposition="{name}"}}[{time}]))'
        for name in DISPOSITIONS
    }
    return governed | {
        "PASS": f"{governed['PASS']} - ({not_governed} or vector(0))",
        "not governed": not_governed,
    }


def _totals(page: dashboard.Dashboard) -> None:
    panels = (_decided(), _resolved(), _units_over(), _dead_letters())
    row(page, "In the chosen time", *panels)


def _decided() -> stat.Panel:
    return number(
        "Decisions",
        "Published in the chosen time; a revision counts again. Not governed: another line of "
        "business, or none of the policy's codes. They are PASS, and not in its number.",
        COUNT,
        _counted("$__range"),
        colors=_COLORS,
        span=12,
        decimals=0,
    )


def _resolved() -> stat.Panel:
    return number(
        "Pends resolved",
        "Claims that were PEND and no longer are, by what they became.",
        COUNT,
        {
            f"to {name}": f'sum (increase({_RESOLVED}{{{HERE}, disposition="{name}"}}[$__range]))'
            for name in ("PASS", "DENY")
        },
        colors=DISPOSITIONS,
        decimals=0,
        span=5,
    )


def _units_over() -> stat.Panel:
    return number(
        "Units cut back",
        "Units billed over what the policy allows, on lines that are paid in part.",
        COUNT,
        {"units": f"sum (increase(stream_edits_units_cut_back_total{{{HERE}}}[$__range]))"},
        decimals=0,
        span=3,
    )


def _dead_letters() -> stat.Panel:
    return number(
        "Unreadable records",
        "Records that no stage could process: their claims are not decided. Reviews that came too "
        "late are below.",
        COUNT,
        {
            "records": f"sum (increase(stream_edits_dead_letters_total{{{HERE}, "
            f'error_class!~"{OF_REVIEWS}"}}[$__range]))'
        },
        alarm=1,
        span=4,
        decimals=0,
    )


def _over_time(page: dashboard.Dashboard) -> None:
    counted = _counted("$__interval")
    governed = f"({' + '.join(f'({counted[name]})' for name in DISPOSITIONS)} > 0)"
    row(
        page,
        "Over time",
        columns(
            "Decisions by hour",
            "Each column is an hour, or longer where the chosen time is over some weeks.",
            counted,
            colors=_COLORS,
        ),
        columns(
            "Share of PASS, PEND and DENY by hour",
            "Of the decisions that the policy governs. A sudden change comes from the claims, the "
            "policy, or a mistake in an overlay: alerts StreamEditsDenyShareShift and "
            "StreamEditsPendShareShift. Marks show changes of policy and software.",
            {name: f"({counted[name]}) / {governed}" for name in DISPOSITIONS},
            colors=DISPOSITIONS,
            unit="percentunit",
        ),
    )


def _pends(page: dashboard.Dashboard) -> None:
    row(
        page,
        "Pends",
        bars(
            "Documents requested",
            "Findings that ask for a document, in the chosen time.",
            COUNT,
            {
                "{{document}}": "sort_desc(sum by (document) "
                f"(increase(stream_edits_documents_requested_total{{{HERE}}}[$__range])))"
            },
            color=DISPOSITIONS["PEND"],
            span=8,
            height=8,
        ),
        columns(
            "What resolved pends, by hour",
            "What made a PEND claim PASS or DENY: its corrected version, a claim that replaces it, "
            "a review, or another claim of the encounter.",
            {
                words: f'sum (increase({_RESOLVED}{{{HERE}, cause="{cause}"}}[$__interval]))'
                for cause, words in _CAUSES.items()
            },
            colors=_CAUSE_COLORS,
            span=8,
        ),
        columns(
            "Revised decisions by hour",
            "Decisions that supersede an earlier one of the same claim.",
            {
                "{{disposition}}": "sum by (disposition) "
                f"(increase(stream_edits_revisions_total{{{HERE}}}[$__interval]))"
            },
            colors=DISPOSITIONS,
            span=8,
        ),
    )


def _units(page: dashboard.Dashboard) -> None:
    panels = [
        bars(
            f"{title} by edit",
            f"{what}, in the chosen time, with the paragraph of 6.21-P.",
            COUNT,
            {
                "{{edit_id}}, {{policy_section}}": "sort_desc(topk(5, sum by (edit_id) "
                f"(increase({metric}{{{HERE}}}[$__range])) {PARAGRAPH} > 0))"
            },
            height=6,
        )
        for title, metric, what in (
            ("Units cut back", "stream_edits_units_cut_back_total", "Units over those allowed"),
            ("Lines cut back", "stream_edits_lines_cut_back_total", "Lines paid in part"),
        )
    ]
    row(page, "Units cut back", *panels)
