"""Wording that the table and the explanation of decisions share."""

from collections.abc import Iterable, Mapping
from math import isfinite

from rich.text import Text

from stream_edits.domain.already_replaced import came_too_late
from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    FindingMode,
    LineOutcome,
)
from stream_edits.text import printable

COLORS = {Disposition.PASS: "green", Disposition.PEND: "yellow", Disposition.DENY: "red"}

# What a void does, by the id of its event: "is a void of claim A". A decision does not say it.
Voids = Mapping[str, str]


def code_of(line: LineOutcome | ServiceLine) -> str:
    """The procedure code of a line, or `no code` for a line of a hospital that has none."""
    return printable(line.procedure_code) if line.procedure_code.strip() else "no code"


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


def voids_of(claims: Iterable[ClaimEvent]) -> Voids:
    """The voids among these claims."""
    return {
        claim.event_id: f"is a void of claim {printable(claim.withdraws)}"
        if claim.withdraws
        else "is a void"
        for claim in claims
        if claim.is_void
    }


def without_payment(decision: ClaimDecision, voids: Voids | None) -> str:
    """Why nothing is to be paid for a claim although it passed: `is a void of claim A`.

    Empty if it is to be paid, and if it is held or denied. ``voids`` is None where they are not
    known.
    """
    if decision.disposition is not Disposition.PASS:
        return ""
    why = (voids or {}).get(decision.event_id, "")
    return why or ("was replaced or voided before it came" if came_too_late(decision) else "")


def may_be_a_void(decision: ClaimDecision, voids: Voids | None) -> str:
    """What a claim that passed does to another one, where it is not known whether it is a void.

    The lines of a void have no findings.
    """
    named, is_passed = decision.withdrawn_claim_id, decision.disposition is Disposition.PASS
    is_judged = any(finding.line_number is not None for finding in decision.findings)
    if voids is not None or named is None or not is_passed or is_judged:
        return ""
    if without_payment(decision, voids):
        return ""
    return f"replaces or voids claim {printable(named)}; for a void nothing is to be paid"


def is_quiet(line: LineOutcome, found: FindingsByLine) -> bool:
    """Whether the line has no finding and is paid as billed."""
    is_as_billed = line.allowed_units == line.billed_units
    return line.line_number not in found and line.disposition is Disposition.PASS and is_as_billed


def denied_as_a_whole(decision: ClaimDecision) -> bool:
    """Whether the claim is denied although some of its lines are not. No line is paid."""
    return decision.disposition is Disposition.DENY and any(
        line.disposition is not Disposition.DENY for line in decision.lines
    )
