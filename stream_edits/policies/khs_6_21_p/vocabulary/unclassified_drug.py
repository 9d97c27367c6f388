"""The details that a line of an unclassified drug needs (6.21-P IV.B.7)."""

import re
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.values.codes import Document, NdcQualifiers
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes

# Claims bill an NDC with eleven digits (NCPDP, HIPAA).
_NDC_DIGITS = 11


def _of_an_ndc(segments: tuple[int, ...]) -> tuple[int, ...]:
    if sum(segments) != _NDC_DIGITS:
        raise ValueError(
            f"the parts of an NDC have {_NDC_DIGITS} digits together, not {sum(segments)}"
        )
    return segments


class UnclassifiedDrugRules(EditRules):
    """Values of unclassified_drug_incomplete/policy.yaml.

    ``ndc_segments`` holds the number of digits of each of the three parts of an NDC. A document of
    the kind ``details_document`` gives the details and the price of the drug.
    """

    codes: ProcedureCodes
    ndc_qualifiers: NdcQualifiers
    ndc_segments: Annotated[
        tuple[Annotated[int, Field(gt=0, le=_NDC_DIGITS)], ...],
        Field(strict=False),
        AfterValidator(_of_an_ndc),
    ]
    diagnosis: Outcome
    details: Outcome
    details_document: Document
    price: Outcome
    ndc: Outcome


class Missing(NamedTuple):
    """What a line lacks: a diagnosis, details of the drug by name, its unit price, its NDC."""

    diagnosis: bool
    details: tuple[str, ...]
    price: bool
    ndc: bool

    @property
    def anything(self) -> bool:
        """Whether the line lacks any of these."""
        return self.diagnosis or bool(self.details) or self.price or self.ndc


def missing_from(claim: ClaimEvent, line: ServiceLine, rules: UnclassifiedDrugRules) -> Missing:
    """The details required by IV.B.7 that the line of an unclassified drug lacks.

    A crossover claim needs no NDC, because Medicare paid it first.
    """
    on_document = rules.details_document in claim.documents_for(line.line_number)
    return Missing(
        diagnosis=not _has_diagnosis(claim, line),
        details=() if on_document else tuple(_missing_details(line)),
        price=not on_document and not _has_price(line),
        ndc=not claim.crossover and not _has_ndc(line, rules),
    )


def _has_diagnosis(claim: ClaimEvent, line: ServiceLine) -> bool:
    codes, pointers = claim.diagnosis_codes, line.diagnosis_pointers
    if claim.claim_form is ClaimForm.UB04 and not pointers:
        # Lines of a UB-04 have no pointers: its diagnoses apply to all of them.
        return any(code.strip() for code in codes)
    return any(1 <= number <= len(codes) and codes[number - 1].strip() for number in pointers)


def _missing_details(line: ServiceLine) -> list[str]:
    details = {
        "name": line.drug_name,
        "dosage": line.drug_dosage,
        "strength": line.drug_strength,
    }
    return [name for name, text in details.items() if not (text or "").strip()]


def _has_price(line: ServiceLine) -> bool:
    return line.drug_unit_price is not None and line.drug_unit_price > 0


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


def are_two_drugs(line: EncounterLine, other: EncounterLine) -> bool:
    """Whether both lines name a drug, and not the same one.

    Names may be spelled in several ways, so lines with one NDC bill one drug.
    """
    names = {_without_spacing(each.drug_name) for each in (line, other)}
    if len(names) < 2 or "" in names:
        return False
    ndcs = [re.sub(r"\D", "", each.ndc or "") for each in (line, other)]
    return not ndcs[0] or ndcs[0] != ndcs[1]


def _without_spacing(name: str | None) -> str:
    return re.sub(r"\W", "", (name or "").casefold())
