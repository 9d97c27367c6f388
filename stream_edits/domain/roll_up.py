"""The roll-up: from findings to line outcomes, and from these to the claim's disposition
(docs/spec/contract.md, Claim roll-up)."""

import math
from collections.abc import Iterable, Sequence

from stream_edits.domain.decision import (
    Disposition,
    EditFinding,
    FindingMode,
    LineOutcome,
    Pricing,
    RollUp,
)

_SEVERITY = {Disposition.PASS: 0, Disposition.PEND: 1, Disposition.DENY: 2}


def most_severe(dispositions: Iterable[Disposition]) -> Disposition:
    """The most severe disposition: DENY, then PEND, then PASS. PASS when there is none."""
    return max(dispositions, key=_SEVERITY.__getitem__, default=Disposition.PASS)


def line_outcome(
    line_number: int,
    code: str,
    billed: float,
    pricing: Pricing,
    findings: Sequence[EditFinding],
    control_number: str | None = None,
) -> LineOutcome:
    """The outcome of a line from its findings (docs/spec/contract.md, Claim roll-up).

    The smallest ``allowed_units`` of the findings applies. A line without allowed units is denied.
    """
    # NaN, zero and negative units are never allowed, whatever the findings.
    allowed = billed if 0 < billed < math.inf else 0.0
    # For every line of a claim. The NamedTuple's own constructor costs a further call.
    fields = (line_number, code, Disposition.PASS, billed, allowed, pricing, None, control_number)
    passed = tuple.__new__(LineOutcome, fields)
    # Most lines have no finding.
    return with_further(passed, findings) if findings else passed


def with_further(line: LineOutcome, findings: Sequence[EditFinding]) -> LineOutcome:
    """The outcome of a line after further findings on it, which may only take away."""
    disposition = most_severe([line.disposition, *[f.disposition for f in findings]])
    cuts = [f.allowed_units for f in findings if f.allowed_units is not None]
    allowed = line.allowed_units
    if cuts:
        allowed = max(0.0, min([allowed, *cuts]))
        if allowed == 0:
            disposition = Disposition.DENY
    if disposition is Disposition.DENY:
        allowed = 0.0
    codes = [line.recommended_code, *[f.recommended_code for f in findings]]
    recommended = [code for code in codes if code]
    return line._replace(
        disposition=disposition,
        allowed_units=allowed,
        recommended_code=recommended[0] if recommended else None,
    )


def roll_up(
    lines: Sequence[LineOutcome], findings: Sequence[EditFinding], rule: RollUp
) -> Disposition:
    """The claim's disposition from its line outcomes and claim-level findings.

    See docs/spec/contract.md, Claim roll-up.
    """
    whole = Disposition.PASS
    if findings:
        whole = most_severe([f.disposition for f in findings if f.line_number is None])
    own = {line.disposition for line in lines}
    if whole is Disposition.DENY or (rule is RollUp.STRICT and Disposition.DENY in own):
        return Disposition.DENY
    if whole is Disposition.PEND or Disposition.PEND in own:
        return Disposition.PEND
    return Disposition.DENY if own == {Disposition.DENY} else Disposition.PASS


def has_header_fault(findings: Iterable[EditFinding]) -> bool:
    """Whether there is a header fault, a claim-level DENY that counts. It stops all other edits."""
    return any(
        f.line_number is None
        and f.disposition is Disposition.DENY
        and f.mode is not FindingMode.MONITORED
        for f in findings
    )
