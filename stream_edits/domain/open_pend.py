"""Held claims: which findings hold one, whose move it is, and how long is left."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from stream_edits.domain.decision import (
    Disposition,
    Draft,
    EditFinding,
    FindingMode,
    LineOutcome,
    WaitsFor,
)

# The classes of days left, each with the most days in it. A claim may have no last day at all.
_MOST = {"overdue": -1, "0-5": 5, "6-15": 15}
_MORE, _NO_DAY = "16+", "none"
DAYS_LEFT = (*_MOST, _MORE, _NO_DAY)


class OpenPend(NamedTuple):
    """Why and until when a claim is held. ``edits`` are those that hold it, each once."""

    edits: tuple[str, ...]
    waits_for: WaitsFor
    due_by: date | None


def open_pend(draft: Draft) -> OpenPend | None:
    """What holds a claim with that decision, None if nothing does."""
    if draft.disposition is not Disposition.PEND:
        return None
    held_by = dict.fromkeys(finding.edit_id for finding in holding(draft.lines, draft.findings))
    return OpenPend(tuple(held_by), draft.waits_for, draft.due_by)


def holding(lines: Iterable[LineOutcome], findings: Iterable[EditFinding]) -> Iterator[EditFinding]:
    """The findings that hold a PEND claim: those PEND on the whole claim or on a line that is PEND.

    A PEND finding on a line that is denied anyway holds nothing.
    """
    held = {line.line_number for line in lines if line.disposition is Disposition.PEND}
    for finding in findings:
        if (
            finding.disposition is Disposition.PEND
            and finding.mode is not FindingMode.MONITORED
            and (finding.line_number is None or finding.line_number in held)
        ):
            yield finding


def days_left(due_by: date | None, today: date) -> int | None:
    """The days until the last day: 0 on that day itself, negative after it."""
    return None if due_by is None else (due_by - today).days


def class_of(left: int | None) -> str:
    """The class of so many days left, one of DAYS_LEFT."""
    if left is None:
        return _NO_DAY
    return next((name for name, most in _MOST.items() if left <= most), _MORE)
