"""An unclassified drug needs its invoice and medical necessity (6.21-P IV.B.7)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.domain.documents import documents_in_words
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    invoice: Outcome
    medical_necessity: Outcome


_NECESSITY = {"medical_necessity": "documentation of the medical necessity for using the drug"}


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Pend a line for each of the two documents that does not cover it."""
    rules = policy[Rules]
    code = line.procedure_code
    sent = claim.documents_for(line.line_number)
    if not sent.issuperset(rules.invoice.requests):
        invoice = rules.invoice.without(sent)
        lacking = documents_in_words(invoice.requests, {"invoice": "an invoice"})
        priced = {"invoice": "the invoice that shows what the drug cost"}
        yield rules.finding(
            invoice,
            line.line_number,
            f"{code} was billed without {lacking}, and the policy pays an unclassified drug from "
            f"its invoice. Send {documents_in_words(invoice.requests, priced)}, for this line.",
        )
    if not sent.issuperset(rules.medical_necessity.requests):
        necessity = rules.medical_necessity.without(sent)
        lacking = documents_in_words(necessity.requests, _NECESSITY)
        asked = documents_in_words(necessity.requests, {"medical_necessity": "that documentation"})
        yield rules.finding(
            necessity,
            line.line_number,
            f"{code} was billed without {lacking}. Send {asked} for this line.",
        )


EDIT = LineEdit("unclassified-drug-invoice-missing", Rules, judge, waits_for=WaitsFor.PROVIDER)
