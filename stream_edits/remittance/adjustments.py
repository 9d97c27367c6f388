"""What one decision takes away from the lines of its claim, and why.

Rules and reasons: docs/decisions/0022-one-finding-takes-the-dollars.md.
"""

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    LineOutcome,
    parted,
)
from stream_edits.policies.values.reason_codes import adjustment_problem
from stream_edits.policies.values.x12_codes import group_code

BASIS = "billed and not allowed"
_CENT = Decimal("0.01")
_NOTHING = Decimal(0)
# More digits than a charge, times units of any size, has.
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


class ReasonAt(StrEnum):
    """Where the finding of an adjustment stands.

    OTHER_LINE: the line was denied only because the strict roll-up denied its claim for another.
    """

    LINE = "LINE"
    CLAIM = "CLAIM"
    OTHER_LINE = "OTHER_LINE"


class Adjustment(NamedTuple):
    """What one finding takes from one line: of what was billed, the part that is not allowed.

    ``quantity`` is in units of the line, None if the line bills no positive number of units.
    ``amount`` is in dollars with two places, None if the line has no charge. Both are 0 where
    another finding takes the line's dollars. ``basis`` is always ``BASIS``.
    """

    claim_id: str
    line_number: int
    line_control_number: str | None
    group_code: str
    carc: str
    rarcs: tuple[str, ...]
    quantity: Decimal | None
    amount: Decimal | None
    basis: str
    billed_units: float
    charge_amount: Decimal | None
    reason_at: ReasonAt
    edit_id: str
    decision_id: str


class CannotBeStated(Exception):
    """A decision takes something away that a remittance cannot say. The text holds no value."""


class _Taken(NamedTuple):
    """A finding that takes from a line; only the primary one has its dollars."""

    finding: EditFinding
    at: ReasonAt
    is_primary: bool


def takes_away(decision: ClaimDecision) -> bool:
    """Whether the decision may have adjustments. A held claim has none."""
    return decision.disposition is not Disposition.PEND and (
        decision.disposition is Disposition.DENY
        or any(line.allowed_units < _units(line) for line in decision.lines)
        or any(line.disposition is Disposition.DENY for line in decision.lines)
    )


def adjustments_of(decision: ClaimDecision, charges: Sequence[Decimal | None]) -> list[Adjustment]:
    """The adjustments of a decision, by line. The finding that has the dollars comes first.

    ``charges`` are those of the claim's lines, in order. Raises CannotBeStated, also when a code is
    not current on the day of the decision.
    """
    if not takes_away(decision):
        return []
    if len(charges) != len(decision.lines):
        raise CannotBeStated("the claim's lines do not match those of the decision")
    found: _ByLine = {}
    for finding in parted(decision.findings)[0]:
        found.setdefault(finding.line_number, []).append(finding)
    other = cache(lambda: _of_another_line(decision, found))
    return [
        _stated(decision, line, charge, taken)
        for line, charge in zip(decision.lines, charges, strict=True)
        for taken in _taken_from(decision, line, found, other)
    ]


# The findings that count, by the number of their line. A claim may have thousands of lines.
_ByLine = dict[int | None, list[EditFinding]]


def _taken_from(
    decision: ClaimDecision, line: LineOutcome, found: _ByLine, other: Callable[[], list[_Taken]]
) -> list[_Taken]:
    """What takes from a line. ``other`` gives the finding that denied another line."""
    own = found.get(line.line_number, [])
    denials = [_Taken(f, ReasonAt.LINE, False) for f in own if f.disposition is Disposition.DENY]
    cuts = [
        _Taken(f, ReasonAt.LINE, False)
        for f in own
        if f.disposition is not Disposition.DENY and _cut(f) < _units(line)
    ]
    if decision.disposition is Disposition.DENY:
        # A claim-level denial takes every line, so it is the reason of each.
        denials = [*_of_the_claim(found), *denials]
        if not denials and line.disposition is not Disposition.DENY:
            denials = other()
    elif line.disposition is not Disposition.DENY and line.allowed_units >= _units(line):
        return []
    # A denial says by itself why nothing is allowed; of cuts, the one that allows least does.
    taken = [*denials, *sorted(cuts, key=lambda each: _cut(each.finding))]
    if not taken:
        raise CannotBeStated(f"no finding says why line {line.line_number} is not allowed")
    return [taken[0]._replace(is_primary=True), *taken[1:]]


def _of_the_claim(found: _ByLine) -> list[_Taken]:
    return [
        _Taken(finding, ReasonAt.CLAIM, False)
        for finding in found.get(None, ())
        if finding.disposition is Disposition.DENY
    ]


def _of_another_line(decision: ClaimDecision, found: _ByLine) -> list[_Taken]:
    """The first finding that denied a line of a denied claim, for a line that none has denied."""
    if decision.disposition is not Disposition.DENY:
        return []
    for line in decision.lines:
        if line.disposition is Disposition.DENY:
            first, *_ = _taken_from(decision, line, found, list)
            return [first._replace(at=ReasonAt.OTHER_LINE, is_primary=False)]
    return []


def _stated(
    decision: ClaimDecision, line: LineOutcome, charge: Decimal | None, taken: _Taken
) -> Adjustment:
    finding, carc = taken.finding, taken.finding.carc
    # Decisions of earlier versions do not name the group.
    group = finding.group_code or group_code(carc)
    problem = adjustment_problem(group, carc, finding.rarcs, decision.decided_at.date())
    if problem is not None or carc is None or group is None:
        raise CannotBeStated(f"{finding.edit_id}: {problem}")
    quantity, amount = _shares(decision, line, charge)
    if not taken.is_primary:
        quantity, amount = _none_of(quantity), _none_of(amount)
    return Adjustment(
        claim_id=decision.claim_id,
        line_number=line.line_number,
        line_control_number=line.line_control_number,
        group_code=group,
        carc=carc,
        rarcs=finding.rarcs,
        quantity=None if quantity is None else quantity.normalize(_EXACT),
        amount=_to_the_cent(amount),
        basis=BASIS,
        billed_units=line.billed_units,
        charge_amount=_to_the_cent(charge),
        reason_at=taken.at,
        edit_id=finding.edit_id,
        decision_id=decision.decision_id,
    )


def _shares(
    decision: ClaimDecision, line: LineOutcome, charge: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """What is billed and not allowed of a line, in units and in dollars."""
    whole = Disposition.DENY in (decision.disposition, line.disposition)
    units = _units(line)
    if not units:
        return None, charge
    billed = _decimal(units)
    quantity = billed if whole else _EXACT.subtract(billed, _decimal(line.allowed_units))
    if whole or charge is None:
        return quantity, charge
    return quantity, _EXACT.divide(_EXACT.multiply(charge, quantity), billed)


def _to_the_cent(dollars: Decimal | None) -> Decimal | None:
    return None if dollars is None else dollars.quantize(_CENT, context=_EXACT)


def _none_of(share: Decimal | None) -> Decimal | None:
    return None if share is None else _NOTHING


def _units(line: LineOutcome) -> float:
    """The billed units, 0 if they are not a positive number: such a line is allowed nothing."""
    billed = line.billed_units
    return billed if math.isfinite(billed) and billed > 0 else 0.0


def _cut(finding: EditFinding) -> float:
    """The units that a finding leaves; without a limit if it cuts none."""
    return math.inf if finding.allowed_units is None else finding.allowed_units


def _decimal(units: float) -> Decimal:
    """The number as it is written: 0.1 is a tenth, not the binary fraction next to it."""
    return Decimal(repr(units))
