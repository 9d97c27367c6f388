"""One claim and one decision with every field filled, for tests of single values."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from stream_edits.domain.claim import (
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)
from stream_edits.domain.decision import (
    Disposition,
    Draft,
    EditFinding,
    FindingMode,
    LineOutcome,
    Pricing,
    Source,
    WaitsFor,
)
from stream_edits.domain.review import ReviewEvent, ReviewOutcome

LINE = ServiceLine(
    line_number=1,
    procedure_code="96365",
    modifiers=("59",),
    units=1.5,
    service_date=date(2024, 12, 3),
    service_date_through=date(2024, 12, 4),
    start_time=datetime(2024, 12, 3, 10, 0),
    end_time=datetime(2024, 12, 3, 11, 5, 0, 7000),
    place_of_service="22",
    revenue_code="0335",
    charge_amount=Decimal("-125.50"),
    rendering_provider_npi="1234567893",
    supervising_provider_npi="1245319599",
    supervision=Supervision.DIRECT,
    diagnosis_pointers=(1, 2),
    ndc_qualifier="N4",
    ndc="00006302602",
    drug_name="Pembrolizumab ü",
    drug_strength="25 mg/mL",
    drug_dosage="200 mg",
    drug_unit_price=Decimal("52.1234"),
    unit_of_measure="MJ",
    ndc_quantity=8.5,
    ndc_unit="ML",
    line_control_number="L-1",
)
CLAIM = ClaimEvent(
    event_id="event-1",
    event_time=datetime(2024, 12, 5, 8, 30, 0, 123000, tzinfo=UTC),
    claim_id="claim-1",
    frequency_code="7",
    replaces_claim_id="claim-0",
    line_of_business=LineOfBusiness.MEDI_CAL,
    claim_form=ClaimForm.UB04,
    member_id="member-1",
    encounter_id="visit-1",
    billing_provider_npi="1234567893",
    attending_provider_npi="1245319599",
    place_of_service="11",
    type_of_bill="0137",
    admission_type="3",
    statement_from=date(2024, 12, 3),
    statement_through=date(2024, 12, 4),
    diagnosis_codes=("C50911", "Z5111"),
    attachments=(
        Attachment(
            kind="by_report",
            line_numbers=(1,),
            report_type_code="OZ",
            control_number="7",
            transmission_code="EL",
        ),
    ),
    lines=(
        LINE,
        ServiceLine(
            line_number=2, procedure_code="J9271", units=200.0, service_date=date(1969, 12, 31)
        ),
    ),
    received_date=date(2024, 12, 4),
    crossover=True,
    patient_account_number="account-1",
)

FIRST_LINE = replace(
    LINE, unit_of_measure="UN", ndc_quantity=None, ndc_unit=None, line_control_number=None
)
# The claim as a source of the first edition writes it.
FIRST_EDITION = replace(
    CLAIM,
    attachments=(replace(CLAIM.attachments[0], transmission_code=None),),
    lines=(FIRST_LINE, CLAIM.lines[1]),
    received_date=None,
    crossover=False,
    patient_account_number=None,
)
# The same before its diagnosis codes lost their dots.
DOTTED = replace(FIRST_EDITION, diagnosis_codes=("C50.911", "Z51.11"))
DRAFT = Draft(
    decision_id="5d1d7b39-32b4-5a1c-a1f3-0d3a3d9f6a55",
    trigger_event_id="event-9",
    revision=2,
    supersedes="8a52c8a0-3f0e-5a38-9f6b-6a1f3c3a9d10",
    claim_id="claim-1",
    event_id="event-1",
    line_of_business="MEDI_CAL",
    encounter_keys=("member-1|1234567893|#visit-1",),
    disposition=Disposition.PEND,
    applicable=True,
    lines=(
        LineOutcome(1, "96365", Disposition.PEND, 1.5, 1.5, Pricing.FEE_SCHEDULE, None, "6R-1"),
        LineOutcome(2, "J9271", Disposition.DENY, 200.0, 0.0, Pricing.BY_REPORT, "J9999"),
    ),
    findings=(
        EditFinding(
            edit_id="add-on-without-primary",
            line_number=1,
            disposition=Disposition.PEND,
            message="No primary service stands in this encounter.",
            policy_section="6.21-P IV.B.2",
            carc="107",
            rarcs=("N122",),
            requested_documents=("by_report",),
            recommended_code="96367",
            allowed_units=1.0,
            related_claim_ids=("claim-2",),
            policy_version="2024-12-03",
            policy_id="6.21-P",
            group_code="CO",
            review_id="review-1",
        ),
    ),
    policy_id="6.21-P",
    policy_version="2024-12-03",
    engine_version="1.0.0",
    decided_at=datetime(2024, 12, 5, 8, 30, 0, 123000, tzinfo=UTC),
    source=Source("claims.events", 3, 42),
    received_date=date(2024, 12, 4),
    due_by=date(2025, 2, 5),
    waits_for=WaitsFor.CLAIM,
    withdrawn_claim_id="claim-0",
    monitored=(
        EditFinding(
            edit_id="units-over-maximum",
            line_number=1,
            disposition=Disposition.PASS,
            message="One unit is the most.",
            policy_section="6.21-P IV.B.3",
            carc="222",
            rarcs=("N362",),
            allowed_units=1.0,
            policy_version="2024-12-03",
            policy_id="6.21-P",
            group_code="CO",
            mode=FindingMode.MONITORED,
        ),
    ),
)
DECISION = DRAFT.final()
REVIEW = ReviewEvent(
    review_id="review-1",
    event_time=datetime(2024, 12, 6, 8, 30, 0, 123000, tzinfo=UTC),
    member_id="member-1",
    claim_id="claim-1",
    decision_id=DRAFT.decision_id,
    line_number=1,
    edit_id="add-on-without-primary",
    outcome=ReviewOutcome.APPROVE,
    allowed_units=1.0,
    carc="50",
    rarcs=("N115",),
    reason_code="PRICED",
    reviewer="examiner-7",
)
