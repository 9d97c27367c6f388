"""What the line of an unclassified drug must say (6.21-P IV.B.7), for the edits that ask."""

import re
from typing import Annotated, NamedTuple

from pydantic import Field

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.policies.values.rules import CodeSet, EditRules, Outcome, ProcedureCodes


class UnclassifiedDrugRules(EditRules):
    """Values of unclassified_drug_incomplete/policy.yaml.

    ``ndc_segments`` are the digits of the three parts of an NDC; together they are its length.
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
    """What a line lacks: a diagnosis, the named details of the drug, its NDC with qualifier."""

    diagnosis: bool
    details: tuple[str, ...]
    ndc: bool

    @property
    def anything(self) -> bool:
        """Whether the line lacks any of it."""
        return self.diagnosis or bool(self.details) or self.ndc


def missing_from(claim: ClaimEvent, line: ServiceLine, rules: UnclassifiedDrugRules) -> Missing:
    """What IV.B.7 asks for on the line of an unclassified drug and the line does not say."""
    return Missing(
        diagnosis=not _has_diagnosis(claim, line),
        details=tuple(_missing_details(line)),
        ndc=not _has_ndc(line, rules),
    )


def _has_diagnosis(claim: ClaimEvent, line: ServiceLine) -> bool:
    present = {i for i, code in enumerate(claim.diagnosis_codes, start=1) if code.strip()}
    if claim.claim_form is ClaimForm.UB04 and not line.diagnosis_pointers:
        # The lines of a UB-04 have no pointer: its diagnoses speak for all of them.
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
    """The line's NDC without the blanks around it, empty when there is none."""
    return (line.ndc or "").strip()


def has_ndc_qualifier(line: ServiceLine, rules: UnclassifiedDrugRules) -> bool:
    """Whether the line has one of the qualifiers that announce an NDC, blanks around it or not."""
    return (line.ndc_qualifier or "").strip() in rules.ndc_qualifiers


def _has_ndc(line: ServiceLine, rules: UnclassifiedDrugRules) -> bool:
    if not has_ndc_qualifier(line, rules):
        return False
    parts = [f"[0-9]{{{digits}}}" for digits in rules.ndc_segments]
    billed = billed_ndc(line)
    return any(re.fullmatch(hyphen.join(parts), billed) for hyphen in ("", "-"))
