"""Sequential and concurrent infusions need medical justification (6.21-P IV.B.4)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    missing: Outcome


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Pend a line that no justification covers."""
    rules = policy[Rules]
    if claim.documents_for(line.line_number).issuperset(rules.missing.requests):
        return
    yield rules.finding(
        rules.missing,
        line.line_number,
        f"{line.procedure_code} was billed without medical justification. The policy pays an "
        "additional sequential or a concurrent infusion only with the medical reason for it. Send "
        "the justification for this line.",
    )


EDIT = LineEdit("justification-missing", Rules, judge, waits_for=WaitsFor.PROVIDER)
