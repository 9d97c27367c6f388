"""The schemas have the contract's names, and every published version can be read.

The contract is docs/spec/contract.md.
"""

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import fastavro
import pytest

from stream_edits.codec.avro import parse, resolve
from stream_edits.codec.schemas import packaged, schema_folder, schema_of
from stream_edits.domain.claim import Attachment, ClaimEvent, ServiceLine
from tests.codec.evolution import as_version
from tests.codec.examples import CLAIM, DECISION, FIRST_EDITION
from tests.codec.whole import Codec

Record = ClaimEvent | ServiceLine | Attachment
PUBLISHED = sorted(schema_folder().glob("published/*"))
FIELDS = {
    "ClaimEvent": """event_id event_time claim_id frequency_code replaces_claim_id
        line_of_business claim_form member_id encounter_id billing_provider_npi
        attending_provider_npi place_of_service type_of_bill admission_type statement_from
        statement_through diagnosis_codes attachments lines received_date crossover
        patient_account_number""",
    "Attachment": "kind line_numbers report_type_code control_number transmission_code",
    "ServiceLine": """line_number procedure_code modifiers units service_date
        service_date_through start_time end_time place_of_service revenue_code charge_amount
        rendering_provider_npi supervising_provider_npi supervision diagnosis_pointers
        ndc_qualifier ndc drug_name drug_strength drug_dosage drug_unit_price unit_of_measure
        ndc_quantity ndc_unit line_control_number""",
    "ClaimDecision": """decision_id trigger_event_id revision supersedes claim_id event_id
        line_of_business encounter_keys disposition applicable lines findings policy_id
        policy_version engine_version decided_at source_topic source_partition source_offset
        received_date due_by waits_for withdrawn_claim_id""",
    "LineOutcome": """line_number procedure_code disposition billed_units allowed_units pricing
        recommended_code line_control_number""",
    "EditFinding": """edit_id line_number disposition message policy_section carc rarcs
        requested_documents recommended_code allowed_units related_claim_ids policy_version
        policy_id group_code review_id mode""",
    "ReviewEvent": """review_id event_time member_id claim_id decision_id line_number edit_id
        outcome allowed_units carc rarcs reason_code reviewer""",
}
SYMBOLS = {
    "LineOfBusiness": ("MEDI_CAL MEDICARE CORPORATE OTHER", "OTHER"),
    "ClaimForm": ("CMS1500 UB04", None),
    "Supervision": ("PERSONALLY_PERFORMED DIRECT GENERAL NONE NOT_STATED", "NOT_STATED"),
    "Disposition": ("PASS PEND DENY", None),
    "Pricing": ("FEE_SCHEDULE BY_REPORT", None),
    "ReviewOutcome": ("APPROVE DENY UPHOLD", None),
    "WaitsFor": ("NONE PROVIDER PAYER CLAIM", "NONE"),
    "FindingMode": ("ENFORCED MONITORED", "ENFORCED"),
}
# 105 was removed before the first release and must not be reused.
IDS = {
    1: "ClaimEvent",
    2: "ClaimDecision",
    3: "ReviewEvent",
    4: "ClaimDecision",
    5: "ClaimEvent",
    6: "ClaimDecision",
    7: "ClaimDecision",
    101: "RoutedClaim",
    102: "SupervisedClaim",
    103: "Reopen",
    104: "ClaimRecord",
    106: "SupervisedDay",
    107: "SupervisedVisit",
    108: "MemberClaims",
    109: "SupervisedQuarters",
    110: "SupervisedClaim",
    111: "Reopen",
    112: "SupervisedVisit",
    113: "ClaimRecord",
    114: "MemberClaims",
    115: "SupervisedClaim",
    116: "Reopen",
    117: "SupervisedVisit",
    118: "ClaimRecord",
    119: "ReviewableClaim",
    120: "RoutedReview",
    121: "OpenPend",
    122: "SupervisedClaim",
    123: "Reopen",
    124: "SupervisedVisit",
    125: "ClaimRecord",
    126: "ReviewableClaim",
    127: "SupervisedDay",
    128: "SupervisedVisit",
    129: "ListBranch",
    130: "RoutedReview",
    131: "ClaimRecord",
    132: "SupervisedClaim",
    133: "Reopen",
    134: "SupervisedVisit",
    135: "RoutedReview",
    136: "SupervisedClaim",
    137: "Reopen",
    138: "SupervisedVisit",
}


def _contract_types() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("ClaimEvent", "ClaimDecision", "ReviewEvent"):
        for full, definition in schema_of(name).parsed.names.items():
            found[full.removeprefix("stream_edits.v1.")] = definition
    return found


def test_packaged_ids_never_change() -> None:
    assert {number: schema.record for number, schema in packaged().items()} == IDS


@pytest.mark.parametrize("record", FIELDS)
def test_fields_are_the_contract_s(record: str) -> None:
    fields = _contract_types()[record]["fields"]
    assert [field["name"] for field in fields] == FIELDS[record].split()


@pytest.mark.parametrize("enum", SYMBOLS)
def test_symbols_are_the_contract_s(enum: str) -> None:
    symbols, default = SYMBOLS[enum]
    assert _contract_types()[enum]["symbols"] == symbols.split()
    assert _contract_types()[enum].get("default") == default


@pytest.mark.parametrize("record", [ClaimEvent, ServiceLine, Attachment])
def test_the_domain_has_the_fields_in_the_schema_s_order(record: type[Record]) -> None:
    # claim_decoder fills the record in the order of the schema.
    assert [field.name for field in fields(record)] == FIELDS[record.__name__].split()


@pytest.mark.parametrize("record", [ClaimEvent, ServiceLine, Attachment])
def test_the_domain_has_the_schema_s_defaults(record: type[Record]) -> None:
    own = {field.name: field for field in fields(record)}
    for field in _contract_types()[record.__name__]["fields"]:
        ours: Any = own[field["name"]].default
        assert (ours is MISSING) == ("default" not in field), field["name"]
        if "default" in field:
            assert (list(ours) if field["default"] == [] else ours) == field["default"]


@pytest.mark.parametrize("number", IDS)
def test_each_text_stands_alone_and_documents_every_field(number: int) -> None:
    schema = packaged()[number]
    named: dict[str, Any] = {}
    fastavro.parse_schema(json.loads(schema.text), named)
    assert f"stream_edits.v1.{schema.record}" in named
    for definition in named.values():
        assert definition["doc"]
        for field in definition.get("fields", ()):
            assert field["doc"].endswith("."), field["name"]


@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
def test_a_published_version_can_still_be_read(folder: Path) -> None:
    codec = Codec()
    claim = FIRST_EDITION if folder.name == "1.0" else CLAIM
    decision = as_version(folder.name, DECISION)
    assert codec.decode_claim((folder / "ClaimEvent.golden.bin").read_bytes()) == claim
    assert codec.decode_decision((folder / "ClaimDecision.golden.bin").read_bytes()) == decision


@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
@pytest.mark.parametrize("record", ["ClaimEvent", "ClaimDecision"])
def test_our_schema_resolves_data_of_a_published_one(folder: Path, record: str) -> None:
    writer = parse((folder / f"{record}.avsc").read_text("utf-8"))
    assert resolve(writer, schema_of(record).parsed).order == tuple(FIELDS[record].split())


def test_there_are_published_schemas() -> None:
    assert [folder.name for folder in PUBLISHED] == [
        "1.0",
        "1.1",
        "1.2",
        "1.3",
        "1.4",
        "1.5",
        "1.6",
        "1.7",
        "1.8",
    ]
