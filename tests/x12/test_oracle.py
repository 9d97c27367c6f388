"""x12sdk, an independent reader, agrees on what both can read: generated files and the example."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from x12sdk.generate import generate_837i, generate_837p
from x12sdk.io import X12ModelReader

from stream_edits.codec.x12 import ClaimNumber
from stream_edits.domain.claim import ClaimEvent, ServiceLine
from tests.x12.reads import READING, read
from tests.x12.samples import EXAMPLE

_NDC = "national_drug_code_universal_product_number"
GENERATED = [
    make(seed=seed, claims=5) for make in (generate_837p, generate_837i) for seed in range(8)
]


def ours(text: str) -> list[dict[str, Any]]:
    events = read(text, replace(READING, claim_number=ClaimNumber.ACCOUNT))
    assert events
    return [_summary(event) for event in events if isinstance(event, ClaimEvent)]


def theirs(text: str) -> list[dict[str, Any]]:
    with X12ModelReader(text) as reader:
        models: list[Any] = list(reader.models())
        submitted = [claim for model in models for claim in model.claims()]
    # A dependent has no id in an 837, so we refuse such a claim.
    return [_their_summary(claim) for claim in submitted if not claim.is_dependent]


def _summary(claim: ClaimEvent) -> dict[str, Any]:
    return {
        "account": claim.patient_account_number,
        "member": claim.member_id,
        "billing": claim.billing_provider_npi,
        "frequency": claim.frequency_code,
        "replaces": claim.replaces_claim_id,
        "diagnoses": list(claim.diagnosis_codes),
        "documents": [(x.report_type_code, x.control_number) for x in claim.attachments],
        "lines": [_line(line) for line in claim.lines],
    }


def _line(line: ServiceLine) -> dict[str, Any]:
    return {
        "number": str(line.line_number),
        "code": line.procedure_code,
        "modifiers": list(line.modifiers),
        "revenue": line.revenue_code,
        "units": Decimal(str(line.units)),
        "of": line.unit_of_measure,
        "charge": line.charge_amount,
        "ndc": line.ndc,
        "quantity": line.ndc_quantity,
        "control": line.line_control_number,
    }


def _their_summary(submitted: Any) -> dict[str, Any]:
    said = submitted.claim.model_dump(exclude_none=True)
    place = said["clm_segment"]["health_care_service_location_information"]
    codes = [
        code
        for segment in said["hi_segment"]
        for name, code in segment.items()
        if name.startswith("health_care_code")
    ]
    return {
        "account": submitted.patient_control_number,
        "member": submitted.member_id,
        "billing": submitted.billing_provider_npi,
        "frequency": place.split(":")[2],
        "replaces": _reference(said, "F8"),
        "diagnoses": [code[1] for code in codes if code[0] in ("ABK", "ABF")],
        "documents": [
            (x["report_type_code"], x.get("identification_code"))
            for x in said.get("pwk_segment", [])
        ],
        "lines": [_their_line(line) for line in said["loop_2400"]],
    }


def _their_line(line: dict[str, Any]) -> dict[str, Any]:
    service = line.get("sv1_segment") or line["sv2_segment"]
    name = "product_service_id_qualifier" if "sv1_segment" in line else None
    _, code, *more = f"{service.get(name or 'composite_medical_procedure_identifier', '')}:".split(
        ":"
    )
    drug = line.get("loop_2410") or {}
    drug = drug[0] if isinstance(drug, list) else drug
    quantity = (drug.get("ctp_segment") or {}).get("quantity")
    return {
        "number": line["lx_segment"]["assigned_number"],
        "code": code,
        "modifiers": [modifier for modifier in more[:4] if modifier],
        "revenue": service.get("service_line_revenue_code"),
        "units": service["service_unit_count"],
        "of": service.get("unit_basis_measurement_code") or service["measurement_code"],
        "charge": service["line_item_charge_amount"],
        "ndc": (drug.get("lin_segment") or {}).get(_NDC),
        "quantity": None if quantity is None else float(quantity),
        "control": _reference(line, "6R"),
    }


def _reference(loop: dict[str, Any], qualifier: str) -> str | None:
    found = [
        x["reference_identification"]
        for x in loop.get("ref_segment", [])
        if x["reference_identification_qualifier"] == qualifier
    ]
    return found[0] if found else None


@pytest.mark.parametrize("text", GENERATED, ids=range(len(GENERATED)))
def test_generated_files(text: str) -> None:
    found = ours(text)
    assert found
    # Its generator marks ICD-10 codes as ICD-9: here they are read as what they are marked.
    assert found == theirs(text)


def test_the_example() -> None:
    text = EXAMPLE.read_text("ascii")
    found = ours(text)
    assert [claim["diagnoses"] for claim in found][:2] == [["C3490", "Z5112"], ["E860"]]
    assert found == theirs(text)
