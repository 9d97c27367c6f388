"""The report as JSON and as CSV."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from stream_edits.domain.decision import ClaimDecision
from stream_edits.impact.gate import Limit
from stream_edits.impact.tally import ExampleClaim, Impact, Moved
from stream_edits.report.explaining import explain
from stream_edits.text import csv_line

_Name = TypeVar("_Name")

TOGETHER = " + "
_COLUMNS = ("what", "name", "paragraph", "claims", "lines", "billed", "lines_without_charge")


def as_json(impact: Impact, limits: Sequence[Limit] = ()) -> str:
    """One JSON object, indented. ``billed`` is in dollars."""
    report = {
        "claims": impact.claims,
        "claims_changed": impact.claims_changed,
        "lines_changed": impact.lines_changed,
        "claims_with_other_findings": impact.claims_with_other_findings,
        "billed": float(impact.lines.billed),
        "lines_without_charge": impact.lines.without_charge,
        "billing_providers": impact.billing_providers,
        "claim_flows": _most_first(impact.claim_flows),
        "line_flows": _most_first(impact.lines.flows),
        "by_edit": {
            edit: {"paragraph": impact.sections[edit], **_moved(moved)}
            for edit, moved in by_size(impact.by_edit)
        },
        "by_paragraph": {name: _moved(moved) for name, moved in by_size(impact.by_paragraph)},
        "by_change": {
            TOGETHER.join(labels): {
                **_moved(moved),
                "changes": list(labels),
                "only_together": len(labels) > 1,
            }
            for labels, moved in by_size(impact.by_change)
        },
        "changes_without_effect": impact.without_effect(),
        "examples": [_example(each) for each in impact.all_examples()],
        "events_refused": impact.refused,
        "events_taken_by_one_side": impact.taken_by_some,
        "limits": [
            {
                "limit": each.text,
                "found": float(each.found(impact)),
                "broken": each.is_broken(impact),
            }
            for each in limits
        ],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def as_csv(impact: Impact) -> Iterator[str]:
    """A line of names, then the total, and one line for each edit, paragraph, change and flow."""
    yield csv_line(_COLUMNS)
    total = (impact.claims_changed, *_figures(impact.lines)[1:])
    yield csv_line(("total", "", "", *total))
    for edit, moved in by_size(impact.by_edit):
        yield csv_line(("edit", edit, impact.sections[edit], *_figures(moved)))
    for name, moved in by_size(impact.by_paragraph):
        yield csv_line(("paragraph", name, name, *_figures(moved)))
    for labels, moved in by_size(impact.by_change):
        yield csv_line(("change", TOGETHER.join(labels), "", *_figures(moved)))
    for name, count in _most_first(impact.claim_flows).items():
        yield csv_line(("claims", name, "", count, "", "", ""))
    for name, count in _most_first(impact.lines.flows).items():
        yield csv_line(("lines", name, "", "", count, "", ""))


def by_size(moved: dict[_Name, Moved]) -> list[tuple[_Name, Moved]]:
    """What moved most first."""
    return sorted(moved.items(), key=lambda each: (-each[1].claims, -each[1].lines, str(each[0])))


def explained(decision: ClaimDecision | None) -> str:
    """One side of an example, in words."""
    return "There is no decision on this claim." if decision is None else explain(decision)


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _moved(moved: Moved) -> dict[str, Any]:
    claims, lines, billed, without = _figures(moved)
    return {
        "claims": claims,
        "lines": lines,
        "billed": float(billed),
        "lines_without_charge": without,
        "flows": _most_first(moved.flows),
    }


def _figures(moved: Moved) -> tuple[Any, ...]:
    return moved.claims, moved.lines, moved.billed, moved.without_charge


def _example(each: ExampleClaim) -> dict[str, Any]:
    return {
        "flow": each.flow,
        "edit": each.edit,
        "claim_id": each.claim_id,
        "line_number": each.line_number,
        "changes": list(each.changes),
        "baseline": explained(each.before),
        "candidate": explained(each.after),
    }
