"""The row of the claims dashboard about the edits behind the decisions."""

from grafana_foundation_sdk.builders import bargauge, dashboard

from monitoring.page import row
from monitoring.panels import COUNT, DISPOSITIONS, HERE, bars

DECISIONS = "stream_edits_decisions_total"
NOT_GOVERNED = f"stream_edits_not_governed_decisions_total{{{HERE}}}"
PARAGRAPH = (
    "* on (edit_id) group_left (policy_section) "
    # One of them: during a rollout, or with a second policy, an edit may have two paragraphs.
    f"topk by (edit_id) (1, max by (edit_id, policy_section) (stream_edits_edit_info{{{HERE}}}))"
)


def edits(page: dashboard.Dashboard) -> None:
    """Which edits deny and hold, how often they deny, by paragraph, and what is monitored."""
    row(
        page,
        "Edits",
        _findings("DENY", "deny"),
        _findings("PEND", "pend"),
        _denial_rate(),
        _by_paragraph(),
        _monitored(),
    )


def _findings(disposition: str, does: str) -> bargauge.Panel:
    found = f'stream_edits_findings_total{{{HERE}, disposition="{disposition}"}}'
    return bars(
        f"Edits that {does} most",
        f"Findings {disposition} in the chosen time, with the paragraph of 6.21-P.",
        COUNT,
        {
            "{{edit_id}}, {{policy_section}}": "sort_desc(topk(8, sum by (edit_id) "
            f"(increase({found}[$__range])) {PARAGRAPH} > 0))"
        },
        color=DISPOSITIONS[disposition],
    )


def _denial_rate() -> bargauge.Panel:
    found = f'stream_edits_findings_total{{{HERE}, disposition="DENY"}}'
    governed = (
        f"(sum (increase({DECISIONS}{{{HERE}}}[$__range])) - "
        f"(sum (increase({NOT_GOVERNED}[$__range])) or vector(0)) > 0)"
    )
    return bars(
        "Denial rate by edit",
        "Findings DENY of an edit, for each decision that the policy governs. Compare it with "
        "Overturned reviews by edit, in the row Reviews: an edit that denies often and is often "
        "overturned needs a look.",
        "percentunit",
        {
            "{{edit_id}}": "sort_desc(topk(8, sum by (edit_id) "
            f"(increase({found}[$__range])) / on () group_left () {governed} > 0))"
        },
        color=DISPOSITIONS["DENY"],
        span=8,
    )


def _by_paragraph() -> bargauge.Panel:
    return bars(
        "Findings by paragraph",
        "All findings in the chosen time, by paragraph of the policy.",
        COUNT,
        {
            "{{policy_section}}": "sort_desc(topk(8, sum by (policy_section) (sum by (edit_id) "
            f"(increase(stream_edits_findings_total{{{HERE}}}[$__range])) {PARAGRAPH}) > 0))"
        },
        span=8,
    )


def _monitored() -> bargauge.Panel:
    return bars(
        "What monitored edits would decide",
        "Findings of edits that are only monitored, and what they would be if they were enforced. "
        "They change no decision, and no other panel counts them.",
        COUNT,
        {
            "{{edit_id}}: {{disposition}}": "sort_desc(topk(8, sum by (edit_id, disposition) "
            f"(increase(stream_edits_monitored_findings_total{{{HERE}}}[$__range])) > 0))"
        },
        span=8,
    )
