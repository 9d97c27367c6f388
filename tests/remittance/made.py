"""Decisions made of findings, for the tests of adjustments."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    Draft,
    EditFinding,
    LineOutcome,
    Pricing,
    RollUp,
    Source,
)
from stream_edits.domain.roll_up import line_outcome, roll_up
from stream_edits.remittance.adjustments import Adjustment

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY
DAY = datetime(2026, 3, 1, tzinfo=UTC)
NAN = float("nan")


def finding(
    edit: str,
    line: int | None,
    disposition: Disposition,
    carc: str | None = "97",
    rarcs: Sequence[str] = ("M15",),
    allowed: float | None = None,
    group: str | None = "CO",
) -> EditFinding:
    return EditFinding(
        edit, line, disposition, "", "", carc, tuple(rarcs), allowed_units=allowed, group_code=group
    )


def decision(
    units: Sequence[float],
    *findings: EditFinding,
    rule: RollUp = RollUp.STANDARD,
    decided_at: datetime = DAY,
) -> ClaimDecision:
    """The decision on a claim with these units a line, rolled up as the stages do it."""
    lines: list[LineOutcome] = []
    for number, billed in enumerate(units, start=1):
        own = [f for f in findings if f.line_number == number]
        lines.append(
            line_outcome(number, "96365", billed, Pricing.FEE_SCHEDULE, own, f"LCN{number}")
        )
    return Draft(
        decision_id="d1",
        trigger_event_id=None,
        revision=1,
        supersedes=None,
        claim_id="C1",
        event_id="E1",
        line_of_business="MEDI_CAL",
        encounter_keys=(),
        disposition=roll_up(lines, findings, rule),
        applicable=True,
        lines=tuple(lines),
        findings=findings,
        policy_id="P",
        policy_version="1",
        engine_version="1",
        decided_at=decided_at,
        source=Source("claims.events", 0, 0),
    ).final()


def dollars(*amounts: str | None) -> list[Decimal | None]:
    return [None if amount is None else Decimal(amount) for amount in amounts]


def taken(found: Sequence[Adjustment]) -> list[tuple[int, str, str | None, str | None]]:
    """Line, edit, quantity and amount of each, as text."""
    return [
        (
            each.line_number,
            each.edit_id,
            None if each.quantity is None else f"{each.quantity:f}",
            None if each.amount is None else str(each.amount),
        )
        for each in found
    ]
