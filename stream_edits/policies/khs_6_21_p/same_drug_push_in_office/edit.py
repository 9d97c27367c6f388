"""A repeated push of the same drug is a facility's code (6.21-P IV.B.5, heading; IV.A.2)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    in_office: Outcome


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Deny the code on a CMS-1500."""
    rules = policy[Rules]
    if claim.claim_form is not ClaimForm.CMS1500:
        return
    yield rules.finding(
        rules.in_office,
        line.line_number,
        f"{line.procedure_code} (a further push of the same drug) was billed on a CMS-1500, but "
        "only a facility can bill it. If a facility gave it, the facility bills it on a UB-04; "
        "otherwise take the line off the claim, since the first push of the drug includes it.",
    )


EDIT = LineEdit("same-drug-push-in-office", Rules, judge, waits_for=WaitsFor.PROVIDER)
