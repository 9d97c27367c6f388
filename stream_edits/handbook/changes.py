"""The report of `policy check`, as text for people and as JSON."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from stream_edits.handbook.overlay_check import Check, Listed
from stream_edits.policies.comparing.changes import CONTENT_TABLE
from stream_edits.policies.values.differences import Item, place_in_words
from stream_edits.text import wrap

_WIDEST = 44


def check_as_text(check: Check) -> str:
    """A block for each value that the overlay sets, the warnings, and the verdict."""
    lines: list[str] = []
    blocks: dict[tuple[str, str, str, date | None], list[Listed]] = {
        key: [] for key in check.summaries
    }
    for each in check.changes:
        change = each.change
        if change.name == CONTENT_TABLE:
            sides = f"{each.today.before} -> {each.today.after}"
            lines.append(f"{CONTENT_TABLE}  {change.path[0]}  {sides}")
            continue
        key = (change.policy_id, change.edit_id, change.name, change.day)
        blocks.setdefault(key, []).append(each)
    for key, changes in blocks.items():
        lines += [*_block(key, check, changes), ""]
    if not check.changes and not blocks:
        lines += ["nothing changes", ""]
    for warning in check.warnings:
        lines.append(f"warning: {warning}")
    lines += [""] * bool(check.warnings)
    count = len(check.warnings)
    told = f"; {count} warning{'s' * (count > 1)}" if count else ""
    lines.append(f"{check.file}: valid; policy versions {', '.join(check.versions)}{told}")
    return "\n".join(lines) + "\n"


def _block(
    key: tuple[str, str, str, date | None], check: Check, changes: Sequence[Listed]
) -> Iterator[str]:
    """What a value changes in a few words, and a row for each change with both its days."""
    policy_id, edit_id, name, day = key
    summary = check.summaries.get((policy_id, edit_id, name, day)) if day else None
    yield "  ".join(map(str, filter(None, (edit_id or policy_id, name, day, summary))))
    if not changes:
        return
    for reference in dict.fromkeys(each.reference for each in changes if each.reference):
        yield from wrap(reference, " " * 12, "    source: ")
    rows = [_row(each, check.today) for each in changes]
    heading = ("", f"on {day}" if day else "from the start", f"today, {check.today}", "written in")
    widths = [
        min(max(len(row[column]) for row in (heading, *rows)), _WIDEST) for column in range(3)
    ]
    for row in (heading, *rows):
        cells = [f"{cell:<{width}}" for cell, width in zip(row[:3], widths, strict=True)]
        yield f"    {'  '.join([*cells, row[3]])}".rstrip()


def _row(each: Listed, today: date) -> tuple[str, str, str, str]:
    now, same = each.today.in_words, each.today.before == each.today.after
    shown = each.today.after if same else now
    if each.change.day and today < each.change.day:
        now = f"{shown}, not yet changed"
    elif each.change.until and each.change.until <= today:
        now = f"{shown}, no longer so"
    return (_within(each), each.at_start.in_words, now, each.where)


def _within(each: Listed) -> str:
    """The place of a change within its value."""
    path = each.change.path
    entry = f" {path[-1].key}" if path and isinstance(path[-1], Item) else ""
    return (place_in_words(path).lstrip(".") + entry).strip() or "value"


def check_as_json(check: Check) -> str:
    """The report as one JSON object."""
    report = {
        "file": str(check.file),
        "valid": True,
        "today": check.today.isoformat(),
        "policy_versions": check.versions,
        "changes": [_change_as_json(each) for each in check.changes],
        "warnings": check.warnings,
    }
    return json.dumps(report, ensure_ascii=False) + "\n"


def _change_as_json(each: Listed) -> dict[str, Any]:
    change = each.change
    return {
        "policy": change.policy_id or None,
        "edit": change.edit_id or None,
        "value": change.name,
        "path": [step.key if isinstance(step, Item) else step for step in change.path],
        "label": change.label,
        "from": change.day.isoformat() if change.day else None,
        "until": change.until.isoformat() if change.until else None,
        "where": each.where,
        "reference": each.reference or None,
        "on_effective_day": each.at_start._asdict(),
        "today": each.today._asdict(),
    }
