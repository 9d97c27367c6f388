"""An unclassified drug needs its invoice and medical necessity (6.21-P IV.B.7)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    invoice: Outcome
    medical_necessity: Outcome


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Pend a line for each of the two documents that does not cover it."""
    rules = policy[Rules]
    code = line.procedure_code
    sent = claim.documents_for(line.line_number)
    if not sent.issuperset(rules.invoice.requests):
        yield rules.finding(
            rules.invoice,
            line.line_number,
            f"{code} was billed without an invoice, and the policy pays an unclassified drug from "
            "its invoice. Send the invoice that shows what the drug cost, for this line.",
        )
    if not sent.issuperset(rules.medical_necessity.requests):
        yield rules.finding(
            rules.medical_necessity,
            line.line_number,
            f"{code} was billed without documentation of the medical necessity for using the drug. "
            "Send that documentation for this line.",
        )


EDIT = LineEdit("unclassified-drug-invoice-missing", Rules, judge, waits_for=WaitsFor.PROVIDER)
