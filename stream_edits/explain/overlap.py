"""What it means that two documented times overlap: which edit objects to it, if one does."""

from typing import Protocol

from stream_edits.domain.claim import ServiceLine
from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.explain.account import Account
from stream_edits.explain.standing import not_judged
from stream_edits.explain.trial import is_monitored

_DONE = {
    Disposition.PASS: "cuts back",
    Disposition.PEND: "holds",
    Disposition.DENY: "denies",
}


class OnTheClock(Protocol):
    """A line with its documented time. ``kind`` is own, beside or patient."""

    @property
    def kind(self) -> str: ...
    @property
    def claim_id(self) -> str: ...
    @property
    def line(self) -> ServiceLine: ...


def overlap_verdict(account: Account, own: OnTheClock, other: OnTheClock) -> str:
    """Whether the policy allows a line of the claim at the same time as another line.

    It objects where an edit that judges times has a finding on one of the two because of the other.
    """
    unjudged = not_judged(account)
    if unjudged:
        return f"Not judged: {unjudged}."
    found = [f for f in account.decision.findings if _is_about(account, f, own, other)]
    if not found:
        return "Allowed: no edit objects to it."
    counting = [f for f in found if not is_monitored(f)]
    overlaps = [
        f"{finding.edit_id} {_DONE[finding.disposition]} line {finding.line_number}"
        for finding in counting or found
    ]
    said = " and ".join(dict.fromkeys(overlaps))
    if not counting:
        return f"Allowed: an edit objects to it that is only monitored ({said})."
    return f"Not allowed: {said}."


def _is_about(account: Account, finding: EditFinding, own: OnTheClock, other: OnTheClock) -> bool:
    """Whether a finding is on one of two lines because of the other.

    A finding names the claims of other patients that a line is judged against, and the codes of
    the lines of the visit.
    """
    if (finding.policy_id, finding.edit_id) not in account.overlap_edits:
        return False
    if other.kind == "patient":
        return (
            finding.line_number == own.line.line_number
            and other.claim_id in finding.related_claim_ids
        )
    if finding.line_number == own.line.line_number:
        return other.line.procedure_code in _beside(finding, own.line)
    if other.kind == "own" and finding.line_number == other.line.line_number:
        return own.line.procedure_code in _beside(finding, other.line)
    return False


def _beside(finding: EditFinding, line: ServiceLine) -> str:
    """The words of a finding behind the code of its own line."""
    return finding.message.removeprefix(line.procedure_code)
