"""The lines of an encounter: those of open claims, and those of decided ones."""

from collections.abc import Collection, Sequence
from datetime import date

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import Disposition
from stream_edits.domain.encounter import Visit, visit_of
from stream_edits.domain.member_state import ClaimRecord, LineRecord
from stream_edits.policies.encounter import NO_MODIFIERS, EncounterLine, modifiers_in
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.policy import Policy


def open_lines(
    record: ClaimRecord, policy: Policy, left_out: Collection[int | None], position: int
) -> list[tuple[EncounterLine, ServiceLine]]:
    """The lines of an open claim that a policy judges, each with its service.

    ``left_out`` are the numbers of lines that are not judged, ``position`` that of the first one.
    """
    claim, only = record.open_claim, policy.only
    form, member_id = claim.claim_form, claim.member_id
    found: list[tuple[EncounterLine, ServiceLine]] = []
    for service, key in zip(claim.lines, record.encounter_keys, strict=True):
        on_date = only or policy.on(service.service_date)
        judged = service.procedure_code in on_date.governed or on_date.is_judged(service, form)
        if not judged or service.line_number in left_out:
            continue
        visit = visit_of(key, member_id)
        line = open_line(position + len(found), record, claim, service, key, visit, on_date)
        found.append((line, service))
    return found


def open_line(
    position: int,
    record: ClaimRecord,
    claim: ClaimEvent,
    service: ServiceLine,
    key: str,
    visit: Visit,
    on_date: PolicyOnDate,
) -> EncounterLine:
    """A line of an open claim, in the encounter with this key."""
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
            # Most lines have neither, and the property costs a call.
            bool(service.ndc or service.drug_name) and service.names_drug,
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


def bare_days(claim: ClaimEvent, keys: Sequence[str], judged: Collection[int]) -> list[LineRecord]:
    """A line without a service for each day of a stay on which the claim has no judged one.

    ``keys`` are the encounter keys of the claim's lines, ``judged`` the numbers of the judged ones.
    What makes a stay, such as a visit or a laboratory test, is often no line that is judged, and
    the stay has that day all the same.
    """
    lines = claim.lines
    days = [(key, line.service_date) for line, key in zip(lines, keys, strict=True)]
    stays = {key for key, day in days if visit_of(key, claim.member_id).day != day}
    have = {each for line, each in zip(lines, days, strict=True) if line.line_number in judged}
    bare: dict[tuple[str, date], LineRecord] = {}
    for line, each in zip(lines, days, strict=True):
        if each[0] in stays and each not in have and each not in bare:
            bare[each] = _bare(line, each[0])
    return list(bare.values())


def _bare(line: ServiceLine, key: str) -> LineRecord:
    return LineRecord(
        line_number=line.line_number,
        procedure_code="",
        modifiers=(),
        units=0.0,
        allowed_units=0.0,
        service_date=line.service_date,
        start_time=None,
        end_time=None,
        encounter_key=key,
        disposition=Disposition.PASS,
        still_primary=False,
        names_drug=False,
    )
