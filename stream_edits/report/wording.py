"""Wording that the table and the explanation of decisions share."""

from math import isfinite

from rich.text import Text

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    FindingMode,
    LineOutcome,
)

COLORS = {Disposition.PASS: "green", Disposition.PEND: "yellow", Disposition.DENY: "red"}


def units(amount: float) -> str:
    """A number of units as text: 1, 2.5, or `no number` for NaN and infinity."""
    return f"{amount:g}" if isfinite(amount) else "no number"


def colored(disposition: Disposition) -> Text:
    """The disposition in its colour."""
    return Text(disposition.value, style=COLORS[disposition])


def would_have(finding: EditFinding) -> str:
    """What a monitored finding would have done, in words; empty for one that counts."""
    if finding.mode is not FindingMode.MONITORED:
        return ""
    if finding.allowed_units is not None:
        would = f"would allow {units(finding.allowed_units)}"
    else:
        would = f"would be {finding.disposition}"
    return f"Monitored only, changes nothing ({would}): "


FindingsByLine = dict[int | None, list[EditFinding]]


def by_line(decision: ClaimDecision) -> FindingsByLine:
    """The findings by line number, None for those on the claim. A claim may have thousands."""
    found: FindingsByLine = {}
    for finding in decision.findings:
        found.setdefault(finding.line_number, []).append(finding)
    return found


def is_quiet(line: LineOutcome, found: FindingsByLine) -> bool:
    """Whether the line has no finding and is paid as billed."""
    return line.line_number not in found and line.disposition is Disposition.PASS


def denied_as_a_whole(decision: ClaimDecision) -> bool:
    """Whether the claim is denied although some of its lines are not. No line is paid."""
    return decision.disposition is Disposition.DENY and any(
        line.disposition is not Disposition.DENY for line in decision.lines
    )
