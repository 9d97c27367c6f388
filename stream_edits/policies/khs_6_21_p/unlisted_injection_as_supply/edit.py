"""A supply code is not for an unlisted injection (6.21-P IV.B.7)."""

from collections.abc import Iterator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml. ``unclassified_drug`` is the code for a drug without its own code."""

    codes: ProcedureCodes
    unclassified_drug: str
    drug_as_supply: Outcome


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Deny a supply line that names a drug."""
    rules = policy[Rules]
    if not ((line.ndc or "").strip() or (line.drug_name or "").strip()):
        return
    yield rules.finding(
        rules.drug_as_supply,
        line.line_number,
        f"{line.procedure_code} (supplies) was billed for a drug: the line gives an NDC or a drug "
        "name. The policy does not pay an unlisted injection as a supply. Bill the drug with its "
        f"own HCPCS code, or with {rules.unclassified_drug} and its documents if it has none.",
    )


EDIT = LineEdit("unlisted-injection-as-supply", Rules, judge)
