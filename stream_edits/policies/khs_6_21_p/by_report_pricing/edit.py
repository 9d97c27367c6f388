"""Services without a rate of their own are priced By Report (6.21-P IV.B.5, IV.B.7)."""

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import Disposition, EditFinding, WaitsFor
from stream_edits.policies.edit_types import Group, LineEdit
from stream_edits.policies.khs_6_21_p.vocabulary.unclassified_drug import (
    UnclassifiedDrugRules,
    missing_from,
)
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.codes import CodeKey, Document
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Rules(EditRules):
    """Values of policy.yaml. ``manually_priced`` holds the documents needed to price each code.

    Its codes are among ``codes``, those that are paid By Report.
    """

    codes: ProcedureCodes
    manually_priced: dict[CodeKey, list[Document]]
    drug_section: str
    to_be_priced: Outcome

    @model_validator(mode="after")
    def _prices_what_is_paid_by_report(self) -> Self:
        others = sorted(set(self.manually_priced) - self.codes)
        if others:
            raise ValueError(
                f"manually_priced has {', '.join(others)}, which codes does not have: "
                "change both together"
            )
        return self


_PRICED = "priced by hand from its documents; nothing more needs to be sent for its price."
# A plan may change the disposition.
_WORDS = {
    Disposition.PEND: f"The line waits to be {_PRICED}",
    Disposition.PASS: f"The line passes, and is to be {_PRICED}",
    Disposition.DENY: "The line has the documents for its price, but a rule of the plan denies it.",
}


def by_report(policy: PolicyOnDate) -> frozenset[str]:
    """The codes that this revision of the policy prices By Report."""
    return policy[Rules].codes


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Pend a manually priced line once it has everything that pricing takes."""
    rules = policy[Rules]
    code = line.procedure_code
    documents = rules.manually_priced.get(code)
    if documents is None or not claim.documents_for(line.line_number).issuperset(documents):
        return
    drug = policy[UnclassifiedDrugRules]
    is_drug = code in drug.codes
    if is_drug and missing_from(claim, line, drug).anything:
        return
    yield rules.finding(
        rules.to_be_priced,
        line.line_number,
        f"{code} is paid By Report. {_WORDS[rules.to_be_priced.disposition]}",
        section=rules.drug_section if is_drug else None,
    )


EDIT = LineEdit(
    "by-report-pricing",
    Rules,
    judge,
    Group.PRICING,
    by_report,
    needs=lambda policy: policy[Rules].manually_priced,
    waits_for=WaitsFor.PAYER,
)
