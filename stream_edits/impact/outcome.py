"""What differs between two decisions on one claim.

Ids, versions and times of decisions differ between any two policies, so they are not compared.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    FindingMode,
    LineOutcome,
)

# A side that has no decision on the claim, or no such line in it.
NO_DECISION = "NONE"


class Judged(NamedTuple):
    """A claim with its newest decision on each side, the baseline's first.

    ``charges`` are those of the lines, in their order. ``ids`` are the decision ids that were the
    newest at the same time, oldest first. A side without a decision on the claim has None.
    """

    member_id: str
    billing_npi: str
    charges: tuple[Decimal | None, ...]
    decisions: tuple[ClaimDecision | None, ...]
    ids: tuple[tuple[str | None, ...], ...] = ()


class DecisionDifference(NamedTuple):
    """A line whose disposition or allowed units differ, or a claim whose disposition differs.

    ``place`` is the line's place in the claim, from 0, or None for the claim itself. ``before`` and
    ``after`` are None on a side that has no such line, and for the claim itself.
    """

    place: int | None
    flow: str
    before: LineOutcome | None
    after: LineOutcome | None
    edits: tuple[EditFinding, ...]

    @property
    def line_number(self) -> int | None:
        """The number of the line, None for the claim itself."""
        line = self.after or self.before
        return line.line_number if line else None


def differences(
    before: ClaimDecision | None, after: ClaimDecision | None
) -> list[DecisionDifference]:
    """The claim first, if its disposition differs, then its lines in order."""
    if before is None and after is None:
        return []
    old = before.lines if before else ()
    new = after.lines if after else ()
    found = []
    if _disposition(before) != _disposition(after):
        own = _moved(before, after, {None, *(x.line_number for x in (*old, *new))})
        found.append(DecisionDifference(None, flow(before, after), None, None, own))
    if old == new:
        return found
    for place, (was, now) in enumerate(zip_longest(old, new)):
        if _paid(was) != _paid(now):
            number = (now or was).line_number
            own = _moved(before, after, {number}) or _moved(before, after, {None})
            found.append(DecisionDifference(place, flow(was, now), was, now, own))
    return found


def flow(
    before: ClaimDecision | LineOutcome | None, after: ClaimDecision | LineOutcome | None
) -> str:
    """``PASS→PEND``. A line that keeps its disposition has other units: ``PASS→PASS``."""
    return f"{_disposition(before)}→{_disposition(after)}"


def is_same(before: ClaimDecision | None, after: ClaimDecision | None) -> bool:
    """Whether two decisions say the same, but for ids, policy versions and what caused them."""
    if before is None or after is None:
        return before is after
    return (
        before.lines == after.lines
        and before.disposition is after.disposition
        and before.applicable == after.applicable
        and before.due_by == after.due_by
        and before.waits_for is after.waits_for
        and before.withdrawn_claim_id == after.withdrawn_claim_id
        and (
            before.findings == after.findings
            or _unstamped(before.findings) == _unstamped(after.findings)
        )
    )


def _disposition(side: ClaimDecision | LineOutcome | None) -> str:
    return NO_DECISION if side is None else side.disposition.value


def _paid(line: LineOutcome | None) -> tuple[Disposition, float] | None:
    if line is None:
        return None
    # NaN is not equal to itself, and no units are allowed for it.
    units = line.allowed_units
    return line.disposition, units if units == units else 0.0


def _moved(
    before: ClaimDecision | None, after: ClaimDecision | None, numbers: set[int | None]
) -> tuple[EditFinding, ...]:
    """The findings on these lines that only one side has, of each edit the one after the change.

    A finding that changes nothing on either side has moved nothing.
    """
    old, new = (
        {_effect(f): f for f in (side.findings if side else ()) if f.line_number in numbers}
        for side in (before, after)
    )
    apart = [
        *(finding for effect, finding in new.items() if effect not in old),
        *(finding for effect, finding in old.items() if effect not in new),
    ]
    moving = [finding for finding in apart if _moves(finding)]
    moved: dict[tuple[str, str], EditFinding] = {}
    for finding in moving or apart:
        moved.setdefault((finding.policy_id, finding.edit_id), finding)
    return tuple(moved.values())


def _moves(finding: EditFinding) -> bool:
    """Whether a finding does anything to its line. One that is only monitored does not."""
    if finding.mode is FindingMode.MONITORED:
        return False
    return finding.disposition is not Disposition.PASS or finding.allowed_units is not None


def _effect(finding: EditFinding) -> EditFinding:
    """What a finding does, without its words and its version."""
    return finding._replace(
        message="",
        policy_version="",
        policy_section="",
        related_claim_ids=(),
        recommended_code=None,
    )


def _unstamped(findings: Sequence[EditFinding]) -> list[EditFinding]:
    return [finding._replace(policy_version="") for finding in findings]
