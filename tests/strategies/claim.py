"""Strategies for claims."""

from hypothesis import strategies as st

from stream_edits.domain.claim import (
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)
from tests.strategies.values import (
    amounts,
    dates,
    instants,
    int32s,
    maybe,
    several,
    texts,
    units,
    wall_clocks,
)

attachments = st.builds(
    Attachment,
    kind=texts,
    line_numbers=several(int32s),
    report_type_code=maybe(texts),
    control_number=maybe(texts),
    transmission_code=maybe(texts),
)

service_lines = st.builds(
    ServiceLine,
    line_number=int32s,
    procedure_code=texts,
    modifiers=several(texts),
    units=units,
    service_date=dates,
    service_date_through=maybe(dates),
    start_time=maybe(wall_clocks),
    end_time=maybe(wall_clocks),
    place_of_service=maybe(texts),
    revenue_code=maybe(texts),
    charge_amount=maybe(amounts(2)),
    rendering_provider_npi=maybe(texts),
    supervising_provider_npi=maybe(texts),
    supervision=st.sampled_from(Supervision),
    diagnosis_pointers=several(int32s),
    ndc_qualifier=maybe(texts),
    ndc=maybe(texts),
    drug_name=maybe(texts),
    drug_strength=maybe(texts),
    drug_dosage=maybe(texts),
    drug_unit_price=maybe(amounts(4)),
    unit_of_measure=st.sampled_from(["UN", "MJ", "DA"]),
    ndc_quantity=maybe(units),
    ndc_unit=maybe(texts),
    line_control_number=maybe(texts),
)

claims = st.builds(
    ClaimEvent,
    event_id=texts,
    event_time=instants,
    claim_id=texts,
    frequency_code=texts,
    replaces_claim_id=maybe(texts),
    line_of_business=st.sampled_from(LineOfBusiness),
    claim_form=st.sampled_from(ClaimForm),
    member_id=texts,
    encounter_id=maybe(texts),
    billing_provider_npi=texts,
    attending_provider_npi=maybe(texts),
    place_of_service=maybe(texts),
    type_of_bill=maybe(texts),
    admission_type=maybe(texts),
    statement_from=dates,
    statement_through=dates,
    diagnosis_codes=several(texts),
    attachments=several(attachments),
    lines=several(service_lines, least=1),
    received_date=maybe(dates),
    crossover=st.booleans(),
    patient_account_number=maybe(texts),
)
