"""The dashboard for claims staff: what is held, what is decided, and why."""

from grafana_foundation_sdk.builders import dashboard, stat

from monitoring.claim_reviews import OF_REVIEWS, reviews
from monitoring.panels import DISPOSITIONS, HERE, bars, graph, new_dashboard, number, row
from monitoring.pends import open_now

_DECISIONS = f"stream_edits_decisions_total{{{HERE}}}"
_PARAGRAPH = (
    "* on (edit_id) group_left (policy_section) "
    f"max by (edit_id, policy_section) (stream_edits_edit_info{{{HERE}}})"
)
_RATE = "[$__rate_interval]"


def claims() -> dashboard.Dashboard:
    """Decisions over time, the edits behind them, pends and their resolution, units cut back."""
    page = new_dashboard(
        "stream-edits-claims",
        "stream-edits / claims",
        "What policy 6.21-P decides on infusion claims, by which paragraph, and which documents it "
        "requests.",
    )
    open_now(page, _PARAGRAPH)
    for add_row in (_totals, _over_time, _edits, _pends, reviews, _units):
        add_row(page)
    return page


def _totals(page: dashboard.Dashboard) -> None:
    panels = (_decided(), _not_governed(), _resolved(), _units_over(), _dead_letters())
    row(page, "In the chosen time", *panels)


def _decided() -> stat.Panel:
    return number(
        "Decisions",
        "Published in the chosen time; a revision counts again.",
        "short",
        {"{{disposition}}": f"sum by (disposition) (increase({_DECISIONS}[$__range]))"},
        colors=DISPOSITIONS,
        span=9,
        decimals=0,
    )


def _not_governed() -> stat.Panel:
    return number(
        "Not governed",
        "Share of decisions on claims that the policy does not name: another line of business, "
        "or none of its codes. They are PASS.",
        "percentunit",
        {
            "of all": f"sum (increase(stream_edits_not_governed_decisions_total{{{HERE}}}"
            f"[$__range])) / (sum (increase({_DECISIONS}[$__range])) > 0)"
        },
    )


def _resolved() -> stat.Panel:
    return number(
        "Pends resolved",
        "Claims that were PEND and no longer are.",
        "short",
        {"claims": f"sum (increase(stream_edits_pends_resolved_total{{{HERE}}}[$__range]))"},
        decimals=0,
    )


def _units_over() -> stat.Panel:
    return number(
        "Units cut back",
        "Units billed over what the policy allows, on lines that are paid in part.",
        "short",
        {"units": f"sum (increase(stream_edits_units_cut_back_total{{{HERE}}}[$__range]))"},
        decimals=0,
    )


def _dead_letters() -> stat.Panel:
    return number(
        "Unreadable",
        "Records that no stage could process: their claims are not decided. Reviews that came too "
        "late are below.",
        "short",
        {
            "records": f"sum (increase(stream_edits_dead_letters_total{{{HERE}, "
            f'error_class!~"{OF_REVIEWS}"}}[$__range]))'
        },
        alarm=1,
        span=3,
        decimals=0,
    )


def _over_time(page: dashboard.Dashboard) -> None:
    by_disposition = f"sum by (disposition) (rate({_DECISIONS}{_RATE}))"
    row(
        page,
        "Decisions",
        graph(
            "Decisions",
            "Decisions a second, stacked.",
            "cps",
            {"{{disposition}}": by_disposition},
            stacked=True,
            colors=DISPOSITIONS,
            span=12,
        ),
        graph(
            "Share of each disposition",
            "A sudden change comes from the claims, the policy, or a mistake in an overlay: alerts "
            "StreamEditsDenyShareShift and StreamEditsPendShareShift.",
            "percentunit",
            {
                "{{disposition}}": f"{by_disposition} / ignoring (disposition) group_left () "
                f"(sum (rate({_DECISIONS}{_RATE})) > 0)",
                "not governed": f"sum (rate(stream_edits_not_governed_decisions_total{{{HERE}}}"
                f"{_RATE})) / (sum (rate({_DECISIONS}{_RATE})) > 0)",
            },
            colors=DISPOSITIONS | {"not governed": "blue"},
            span=12,
        ),
    )


def _edits(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("Edits"))
    for disposition, does in (("DENY", "deny"), ("PEND", "pend")):
        found = f'stream_edits_findings_total{{{HERE}, disposition="{disposition}"}}'
        page.with_panel(
            bars(
                f"Edits that {does} most",
                f"Findings {disposition} in the chosen time, with the paragraph of 6.21-P.",
                "short",
                {
                    "{{policy_section}} {{edit_id}}": "sort_desc(topk(10, sum by (edit_id) "
                    f"(increase({found}[$__range])) {_PARAGRAPH} > 0))"
                },
            )
        )
    page.with_panel(
        graph(
            "Findings by paragraph",
            "All findings a second, by paragraph of the policy.",
            "cps",
            {
                "{{policy_section}}": "sum by (policy_section) (sum by (edit_id) "
                f"(rate(stream_edits_findings_total{{{HERE}}}{_RATE})) {_PARAGRAPH})"
            },
            span=24,
        )
    )
    page.with_panel(
        graph(
            "What monitored edits would decide",
            "Findings a second of edits that are only monitored, and what they would be if they "
            "were enforced. They change no decision, and no other panel counts them.",
            "cps",
            {
                "{{edit_id}} {{disposition}}": "sum by (edit_id, disposition) "
                f"(rate(stream_edits_monitored_findings_total{{{HERE}}}{_RATE})) > 0"
            },
            span=24,
        )
    )


def _pends(page: dashboard.Dashboard) -> None:
    row(
        page,
        "Pends",
        bars(
            "Documents asked for",
            "Findings that ask for a document, in the chosen time.",
            "short",
            {
                "{{document}}": "sort_desc(sum by (document) "
                f"(increase(stream_edits_documents_requested_total{{{HERE}}}[$__range])))"
            },
        ),
        graph(
            "Pends resolved",
            "What a PEND claim became, and whose event caused it: its own corrected one, its "
            "replacement's, or that of another claim of the encounter.",
            "cps",
            {
                "{{disposition}} by {{cause}}": "sum by (disposition, cause) "
                f"(rate(stream_edits_pends_resolved_total{{{HERE}}}{_RATE}))"
            },
            span=6,
        ),
        graph(
            "Revised decisions",
            "Decisions that supersede an earlier one of the same claim.",
            "cps",
            {
                "{{disposition}}": "sum by (disposition) "
                f"(rate(stream_edits_revisions_total{{{HERE}}}{_RATE}))"
            },
            colors=DISPOSITIONS,
            span=6,
        ),
    )


def _units(page: dashboard.Dashboard) -> None:
    page.with_row(dashboard.Row("Units cut back"))
    for title, metric, what in (
        ("Units cut back", "stream_edits_units_cut_back_total", "Units over those allowed"),
        ("Lines cut back", "stream_edits_lines_cut_back_total", "Lines paid in part"),
    ):
        page.with_panel(
            bars(
                f"{title} by edit",
                f"{what}, in the chosen time, with the paragraph of 6.21-P.",
                "short",
                {
                    "{{policy_section}} {{edit_id}}": "sort_desc(topk(10, sum by (edit_id) "
                    f"(increase({metric}{{{HERE}}}[$__range])) {_PARAGRAPH} > 0))"
                },
            )
        )
