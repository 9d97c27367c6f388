"""Infusions, pushes and injections need proof of direct supervision (6.21-P IV.B.4, IV.B.5)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.domain.documents import documents_in_words
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.khs_6_21_p.vocabulary.supervision import NOT_DIRECT
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.codes import CodeSet
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml."""

    codes: ProcedureCodes
    infusion_codes: CodeSet
    infusion_section: str
    missing: Outcome
    not_direct: Outcome


_LACKING = {
    "supervision_documentation": "documentation that the physician personally gave or directly "
    "supervised the service"
}
_TO_SEND = {"supervision_documentation": "that documentation"}


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """DENY what was not directly supervised; PEND what does not prove that it was."""
    rules = policy[Rules]
    code = line.procedure_code
    section = rules.infusion_section if code in rules.infusion_codes else rules.section
    if line.supervision in NOT_DIRECT:
        yield rules.finding(
            rules.not_direct,
            line.line_number,
            f"{code} was billed with {NOT_DIRECT[line.supervision]}. The policy pays it only when "
            "a physician personally gave or directly supervised the service. If the supervision is "
            "wrong, send a replacement claim.",
            section=section,
        )
        return
    sent = claim.documents_for(line.line_number)
    if not sent.issuperset(rules.missing.requests):
        missing = rules.missing.without(sent)
        yield rules.finding(
            missing,
            line.line_number,
            f"{code} was billed without {documents_in_words(missing.requests, _LACKING)}. Send "
            f"{documents_in_words(missing.requests, _TO_SEND)} for this line.",
            section=section,
        )


EDIT = LineEdit("supervision-documentation-missing", Rules, judge, waits_for=WaitsFor.PROVIDER)
