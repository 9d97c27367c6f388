"""An office visit is billed with the diagnosis that led to it (T-1 1)."""

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
    """Deny a visit that points to no diagnosis."""
    rules = policy[Rules]
    if not line.diagnosis_pointers:
        message = f"{line.procedure_code} points to no diagnosis. Send the claim with one."
        yield rules.finding(rules.missing, line.line_number, message)


EDIT = LineEdit("visit-without-diagnosis", Rules, judge, waits_for=WaitsFor.PROVIDER)
