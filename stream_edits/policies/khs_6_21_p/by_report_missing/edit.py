"""By Report services need a report (6.21-P IV.B.5, IV.B.7)."""

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
    drug_codes: ProcedureCodes
    drug_section: str
    missing: Outcome


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Pend a line that no report covers."""
    rules = policy[Rules]
    code = line.procedure_code
    is_drug = code in rules.drug_codes
    sent = claim.documents_for(line.line_number)
    if sent.issuperset(rules.missing.requests):
        return
    missing = rules.missing.without(sent)
    lacking = documents_in_words(missing.requests, {"by_report": "a report"})
    described = (
        f"a report that describes the {'drug' if is_drug else 'service'} and the need for it"
    )
    yield rules.finding(
        missing,
        line.line_number,
        f"{code} was billed without {lacking}, and the policy pays it By Report. Send "
        f"{documents_in_words(missing.requests, {'by_report': described})}, for this line.",
        section=rules.drug_section if is_drug else None,
    )


EDIT = LineEdit("by-report-missing", Rules, judge, waits_for=WaitsFor.PROVIDER)
