"""The lines of an encounter: those of open claims, and those of decided ones."""

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.encounter import visit_of
from stream_edits.domain.member_state import ClaimRecord, LineRecord
from stream_edits.policies.encounter import NO_MODIFIERS, EncounterLine, modifiers_in
from stream_edits.policies.on_date import PolicyOnDate


def open_line(
    position: int,
    record: ClaimRecord,
    claim: ClaimEvent,
    service: ServiceLine,
    key: str,
    on_date: PolicyOnDate,
) -> EncounterLine:
    """A line of an open claim, in the encounter with this key."""
    visit = visit_of(key, claim.member_id)
    billed = service.modifiers
    # For every line of a claim. The NamedTuple's own constructor costs a further call.
    return tuple.__new__(
        EncounterLine,
        (
            position,
            record.claim_id,
            record.arrival,
            False,
            service.line_number,
            service.procedure_code,
            # Most lines have none, and the call costs more than the test.
            modifiers_in(billed, visit, on_date) if billed else NO_MODIFIERS,
            service.units,
            service.service_date,
            service.start_time,
            service.end_time,
            key,
            visit,
            claim,
            service.names_drug,
            service.revenue_code,
            record.frequency,
            record.replaces_unknown,
            on_date,
            service.drug_name,
            service.ndc if service.drug_name else None,
        ),
    )


def decided_line(
    position: int, record: ClaimRecord, kept: LineRecord, member_id: str, on_date: PolicyOnDate
) -> EncounterLine:
    """A line of a decided claim, as it was kept."""
    visit = visit_of(kept.encounter_key, member_id)
    return EncounterLine(
        position=position,
        claim_id=record.claim_id,
        arrival=record.arrival,
        decided=True,
        line_number=kept.line_number,
        code=kept.procedure_code,
        modifiers=modifiers_in(kept.modifiers, visit, on_date),
        units=kept.units,
        service_date=kept.service_date,
        start=kept.start_time,
        end=kept.end_time,
        encounter_key=kept.encounter_key,
        visit=visit,
        claim=None,
        names_drug=kept.names_drug,
        revenue_code=kept.revenue_code,
        frequency=record.frequency,
        replaces_unknown=record.replaces_unknown,
        policy=on_date,
        drug_name=kept.drug_name,
        ndc=kept.ndc,
    )
