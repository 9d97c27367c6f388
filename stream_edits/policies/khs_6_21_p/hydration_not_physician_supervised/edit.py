"""Hydration is paid under a physician's direct supervision only (6.21-P IV.B.3)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine, Supervision
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.khs_6_21_p.vocabulary.supervision import NOT_DIRECT
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    missing: Outcome
    not_direct: Outcome


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """DENY what was not directly supervised; PEND what neither says nor documents that it was."""
    rules = policy[Rules]
    code = line.procedure_code
    if line.supervision in NOT_DIRECT:
        yield rules.finding(
            rules.not_direct,
            line.line_number,
            f"{code} (hydration) was billed with {NOT_DIRECT[line.supervision]}. The policy pays "
            "hydration only when a physician, or a qualified assistant under a physician's direct "
            "supervision, gave it. If the supervision is wrong, send a replacement claim.",
        )
    elif line.supervision is Supervision.NOT_STATED and not _is_documented(claim, line, rules):
        yield rules.finding(
            rules.missing,
            line.line_number,
            f"{code} (hydration) was billed without saying how it was supervised. The policy pays "
            "it only when a physician, or a qualified assistant under a physician's direct "
            "supervision, gave it. Send documentation of the supervision for this line.",
        )


def _is_documented(claim: ClaimEvent, line: ServiceLine, rules: Rules) -> bool:
    return claim.documents_for(line.line_number).issuperset(rules.missing.requests)


EDIT = LineEdit("hydration-not-physician-supervised", Rules, judge, waits_for=WaitsFor.PROVIDER)
