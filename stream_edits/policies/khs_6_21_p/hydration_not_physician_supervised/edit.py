"""Hydration is paid under a physician's direct supervision only (6.21-P IV.B.3)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine, Supervision
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.domain.documents import documents_in_words
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.khs_6_21_p.vocabulary.supervision import NOT_DIRECT
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    missing: Outcome
    not_direct: Outcome


_IN_WORDS = {"supervision_documentation": "documentation of the supervision"}


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
    elif line.supervision is Supervision.NOT_STATED:
        missing = rules.missing.without(claim.documents_for(line.line_number))
        if not missing.requests:
            return
        asked = documents_in_words(missing.requests, _IN_WORDS)
        yield rules.finding(
            missing,
            line.line_number,
            f"{code} (hydration) was billed without saying how it was supervised. The policy pays "
            "it only when a physician, or a qualified assistant under a physician's direct "
            f"supervision, gave it. Send {asked} for this line.",
        )


EDIT = LineEdit("hydration-not-physician-supervised", Rules, judge, waits_for=WaitsFor.PROVIDER)
