"""The details that a line of an unclassified drug needs (6.21-P IV.B.7)."""

import re
from typing import Annotated, NamedTuple

from pydantic import Field

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.policies.values.rules import CodeSet, EditRules, Outcome, ProcedureCodes


class UnclassifiedDrugRules(EditRules):
    """Values of unclassified_drug_incomplete/policy.yaml.

    ``ndc_segments`` holds the number of digits of each of the three parts of an NDC.
    """

    codes: ProcedureCodes
    ndc_qualifiers: CodeSet
    ndc_segments: Annotated[
        tuple[Annotated[int, Field(gt=0, le=20)], ...], Field(strict=False, min_length=1)
    ]
    diagnosis: Outcome
    details: Outcome
    ndc: Outcome


class Missing(NamedTuple):
    """What a line lacks: a diagnosis, details of the drug by name, the NDC with its qualifier."""

    diagnosis: bool
    details: tuple[str, ...]
    ndc: bool

    @property
    def anything(self) -> bool:
        """Whether the line lacks any of these."""
        return self.diagnosis or bool(self.details) or self.ndc


def missing_from(claim: ClaimEvent, line: ServiceLine, rules: UnclassifiedDrugRules) -> Missing:
    """The details required by IV.B.7 that the line of an unclassified drug lacks."""
    return Missing(
        diagnosis=not _has_diagnosis(claim, line),
        details=tuple(_missing_details(line)),
        ndc=not _has_ndc(line, rules),
    )


def _has_diagnosis(claim: ClaimEvent, line: ServiceLine) -> bool:
    present = {i for i, code in enumerate(claim.diagnosis_codes, start=1) if code.strip()}
    if claim.claim_form is ClaimForm.UB04 and not line.diagnosis_pointers:
        # Lines of a UB-04 have no pointers: its diagnoses apply to all of them.
        return bool(present)
    return not present.isdisjoint(line.diagnosis_pointers)


def _missing_details(line: ServiceLine) -> list[str]:
    details = {
        "name": line.drug_name,
        "dosage": line.drug_dosage,
        "strength": line.drug_strength,
    }
    missing = [name for name, text in details.items() if not (text or "").strip()]
    if line.drug_unit_price is None or line.drug_unit_price <= 0:
        missing.append("unit price")
    return missing


def billed_ndc(line: ServiceLine) -> str:
    """The line's NDC without surrounding blanks, empty if there is none."""
    return (line.ndc or "").strip()


def has_ndc_qualifier(line: ServiceLine, rules: UnclassifiedDrugRules) -> bool:
    """Whether the line has a valid NDC qualifier, ignoring surrounding blanks."""
    return (line.ndc_qualifier or "").strip() in rules.ndc_qualifiers


def _has_ndc(line: ServiceLine, rules: UnclassifiedDrugRules) -> bool:
    if not has_ndc_qualifier(line, rules):
        return False
    parts = [f"[0-9]{{{digits}}}" for digits in rules.ndc_segments]
    billed = billed_ndc(line)
    return any(re.fullmatch(hyphen.join(parts), billed) for hyphen in ("", "-"))
