"""An unclassified drug needs a diagnosis, its details and its NDC (6.21-P IV.B.7)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding
from stream_edits.edits.kit import LineEdit, spoken
from stream_edits.edits.policy import PolicyOnDate
from stream_edits.edits.unclassified_drug import UnclassifiedDrugRules, missing_from


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Deny a line that lacks one of the three, with one finding for each."""
    rules = policy[UnclassifiedDrugRules]
    code, number = line.procedure_code, line.line_number
    if code not in rules.codes:
        return
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
            f"{code} was billed without the drug's {spoken(missing.details, last='and')}. The "
            "policy pays an unclassified drug only with its name, dosage, strength and unit price. "
            "Send a replacement claim that gives them.",
        )
    if missing.ndc:
        yield rules.finding(rules.ndc, number, _ndc_message(code, rules))


def _ndc_message(code: str, rules: UnclassifiedDrugRules) -> str:
    return (
        f"{code} was billed without qualifier {spoken(rules.ndc_qualifiers)} and an NDC of "
        f"{sum(rules.ndc_segments)} digits. Send a replacement claim with both; write a shorter "
        f"NDC in its {'-'.join(map(str, rules.ndc_segments))} form with leading zeros."
    )


EDIT = LineEdit("unclassified-drug-incomplete", UnclassifiedDrugRules, judge)
