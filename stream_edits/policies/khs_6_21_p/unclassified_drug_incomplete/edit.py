"""An unclassified drug needs a diagnosis, its details and its NDC (6.21-P IV.B.7)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.domain.documents import documents_in_words
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.khs_6_21_p.vocabulary.unclassified_drug import (
    UnclassifiedDrugRules,
    billed_ndc,
    has_ndc_qualifier,
    missing_from,
)
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.text import join_words


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Deny a line that lacks diagnosis, details, price or NDC, with one finding for each."""
    rules = policy[UnclassifiedDrugRules]
    code, number = line.procedure_code, line.line_number
    missing = missing_from(claim, line, rules)
    if missing.diagnosis:
        yield rules.finding(
            rules.diagnosis,
            number,
            f"{code} was billed without a diagnosis: the line points to none that the claim gives. "
            "Send a replacement claim on which the line points to its diagnosis.",
        )
    if missing.details:
        yield rules.finding(
            rules.details,
            number,
            f"{code} was billed without the drug's {join_words(missing.details, last='and')}. The "
            "policy pays an unclassified drug only with its name, dosage, strength and unit price. "
            f"Send a replacement claim that gives them, or {_document(rules)} that does.",
        )
    if missing.price:
        yield rules.finding(
            rules.price,
            number,
            f"{code} was billed without the drug's unit price, and the policy pays an unclassified "
            "drug from its price. Send a replacement claim that gives the price, or "
            f"{_document(rules)}.",
        )
    if missing.ndc:
        yield rules.finding(rules.ndc, number, _ndc_message(line, rules))


def _document(rules: UnclassifiedDrugRules) -> str:
    """The document that gives details and price."""
    return documents_in_words([rules.details_document], {"invoice": "an invoice"})


def _ndc_message(line: ServiceLine, rules: UnclassifiedDrugRules) -> str:
    digits = sum(rules.ndc_segments)
    qualifier = join_words(rules.ndc_qualifiers)
    if not billed_ndc(line):
        lacks = f"without an NDC. Send a replacement claim with {qualifier} and"
        remedy = f"the NDC of {digits} digits."
    elif not has_ndc_qualifier(line, rules):
        lacks = f"with an NDC but without qualifier {qualifier}."
        remedy = f"Send a replacement claim with {qualifier} before the NDC of {digits} digits."
    else:
        segments = "-".join(map(str, rules.ndc_segments))
        lacks = f"with an NDC that does not have {digits} digits. Send a replacement claim with all"
        remedy = f"digits; a shorter NDC is written in its {segments} form with leading zeros."
    return f"{line.procedure_code} was billed {lacks} {remedy}"


EDIT = LineEdit(
    "unclassified-drug-incomplete", UnclassifiedDrugRules, judge, waits_for=WaitsFor.PROVIDER
)
