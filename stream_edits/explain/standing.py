"""Whether a claim is still to be paid, and what its decision waits for."""

from datetime import date

from stream_edits.domain.decision import WaitsFor
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.explain.account import Account
from stream_edits.report.wording import Voids, voids_of, without_payment
from stream_edits.text import printable


def voids(account: Account) -> Voids:
    """The claim itself, if it is a void."""
    return voids_of([account.claim])


def due_by(account: Account) -> date | None:
    """The last day to pay or deny the claim, None if nothing of it is to be paid or denied."""
    if account.replaced_by is not None or account.claim.is_void:
        return None
    return None if without_payment(account.decision, {}) else account.decision.due_by


def waits_for(account: Account) -> WaitsFor:
    """Whose move it is: nobody's once the claim was replaced or voided."""
    return WaitsFor.NONE if account.replaced_by is not None else account.decision.waits_for


def nothing_next(account: Account) -> str:
    """Why there is nothing to do about any line, in a sentence."""
    if account.replaced_by is not None:
        by = printable(account.replaced_by)
        return f"Nothing: claim {by} has replaced or voided this one."
    unpaid = without_payment(account.decision, voids(account))
    if unpaid:
        return f"Nothing: this claim {unpaid}."
    return "Nothing: no line waits for anything."


def not_judged(account: Account) -> str:
    """Why no edit has judged the lines against each other, in words; empty if edits have."""
    if not account.decision.applicable:
        return "no policy governs this claim"
    if has_header_fault(account.decision.findings):
        return "the claim is denied as a whole"
    unpaid = without_payment(account.decision, voids(account))
    return f"this claim {unpaid}" if unpaid else ""
