"""Claims for the tests. Without further arguments a claim is complete, payable and Medi-Cal.

The generator of realistic claims is ``stream_edits.synthetic``; arbitrary values of the right
types come from ``tests.strategies``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from stream_edits.commands.cases.case_claims import claim_of_case
from stream_edits.domain.claim import (
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)

DAY = date(2025, 1, 15)
PUBLISHED = datetime(2025, 2, 1, tzinfo=UTC)
CLINIC = "1234567893"
OTHER_CLINIC = "1245319599"
# Supervisors in ascending order, the order in which their claims visit them.
ADA, BEA, CLEO = "1000000004", "1500000009", "1900000005"
DOCUMENTS = ("supervision_documentation", "by_report", "medical_justification")

_canary_numbers = count(1)


def line(
    code: str,
    at: str | None = None,
    *,
    by: str | None = None,
    day: date = DAY,
    number: int = 0,
    **fields: Any,
) -> ServiceLine:
    """A line of one unit on a day.

    ``at`` is its documented time, such as "09:00-10:00"; an end that is not after its start is on
    the next day. ``by`` is its supervising provider. ``number`` is its line number; 0 leaves it to
    ``claim``. ``fields`` are further fields of ServiceLine.
    """
    start = end = None
    if at:
        start, end = (datetime.combine(day, time.fromisoformat(each)) for each in at.split("-"))
        end += timedelta(days=end <= start)
    given: dict[str, Any] = {
        "line_number": number,
        "procedure_code": code,
        "units": 1.0,
        "service_date": day,
        "start_time": start,
        "end_time": end,
        "supervising_provider_npi": by,
        "supervision": Supervision.DIRECT,
        "diagnosis_pointers": (1,),
    }
    return ServiceLine(**(given | fields))


_UB04 = {"type_of_bill": "131", "attending_provider_npi": ADA}


def claim(
    claim_id: str,
    *lines: ServiceLine,
    event: str | None = None,
    minute: int = 0,
    documents: Iterable[str] = DOCUMENTS,
    **fields: Any,
) -> ClaimEvent:
    """An original claim of member M1, on a CMS-1500 from an office; on a UB-04, from a hospital.

    ``event`` is the id of its event, by default named for the claim; ``minute`` is when it was
    published, in minutes after PUBLISHED. ``documents`` are attached for all lines. ``fields`` are
    further fields of ClaimEvent.
    """
    facility = fields.get("claim_form") is ClaimForm.UB04
    days = [each.service_date for each in lines]
    given: dict[str, Any] = {
        "event_id": event or f"event-{claim_id}",
        "event_time": PUBLISHED + timedelta(minutes=minute),
        "claim_id": claim_id,
        "line_of_business": LineOfBusiness.MEDI_CAL,
        "claim_form": ClaimForm.CMS1500,
        "member_id": "M1",
        "billing_provider_npi": CLINIC,
        "place_of_service": "11",
        **(_UB04 if facility else {}),
        "statement_from": min(days),
        "statement_through": max(days),
        "diagnosis_codes": ("C50.911",),
        "attachments": tuple(Attachment(kind=kind) for kind in documents),
        "lines": _numbered(lines, "0260" if facility else None),
    }
    return ClaimEvent(**(given | fields))


def _numbered(lines: Iterable[ServiceLine], revenue_code: str | None) -> tuple[ServiceLine, ...]:
    """The lines with their place as number, and a revenue code, where they have none."""
    numbered = []
    for place, each in enumerate(lines, start=1):
        number, revenue = each.line_number or place, each.revenue_code or revenue_code
        numbered.append(replace(each, line_number=number, revenue_code=revenue))
    return tuple(numbered)


def infusion(claim_id: str, member: str, at: str, by: str = ADA, **fields: Any) -> ClaimEvent:
    """A claim with one infusion under one supervisor."""
    return claim(claim_id, line("96365", at, by=by), member_id=member, **fields)


def replacing(name: str, claim_id: str, *lines: ServiceLine, **fields: Any) -> ClaimEvent:
    """A claim that replaces the claim ``name`` (frequency code 7)."""
    return claim(claim_id, *lines, frequency_code="7", replaces_claim_id=name, **fields)


def voiding(
    name: str, claim_id: str, *, lines: Iterable[ServiceLine] = (), **fields: Any
) -> ClaimEvent:
    """A claim that voids the claim ``name`` (frequency code 8)."""
    shown = tuple(lines) or (line("96365"),)
    return claim(claim_id, *shown, frequency_code="8", replaces_claim_id=name, **fields)


def moved(event: ClaimEvent, days: int) -> ClaimEvent:
    """The claim with its services so many days later, and its event time unchanged."""
    by = timedelta(days=days)
    lines = tuple(
        replace(
            each,
            service_date=each.service_date + by,
            start_time=each.start_time and each.start_time + by,
            end_time=each.end_time and each.end_time + by,
        )
        for each in event.lines
    )
    return replace(
        event,
        lines=lines,
        statement_from=event.statement_from + by,
        statement_through=event.statement_through + by,
    )


def published(event: ClaimEvent, days: int, hours: int = 0) -> ClaimEvent:
    """The claim published so much later, in an event of its own."""
    moment = event.event_time + timedelta(days=days, hours=hours)
    return replace(event, event_time=moment, event_id=f"{event.event_id}-{days}")


def timed(event: ClaimEvent, hour: int, minutes: int = 60) -> ClaimEvent:
    """The claim with documented times on all its lines, so that they occupy a supervisor."""
    lines = []
    for each in event.lines:
        start = datetime.combine(each.service_date, time(hour))
        end = start + timedelta(minutes=minutes)
        lines.append(replace(each, start_time=start, end_time=end))
    return replace(event, lines=tuple(lines))


def canary_claim(member: str, *codes: str, name: str = "A", **fields: Any) -> ClaimEvent:
    """A claim with a line for each code, without times, that must never be seen in a log.

    Every id of an event, claim, member or encounter in it starts with CANARY. Each call gives an
    event of its own; ``name`` tells the claims of one member apart.
    """
    number = next(_canary_numbers)
    given: dict[str, Any] = {
        "event": f"CANARY-EVENT-{number}",
        "event_time": PUBLISHED + timedelta(seconds=number),
        "member_id": f"CANARY-MEMBER-{member}",
        "encounter_id": f"CANARY-VISIT-{member}",
        "billing_provider_npi": OTHER_CLINIC,
    }
    lines = (line(code, by=CLINIC) for code in codes)
    return claim(f"CANARY-CLAIM-{member}-{name}", *lines, **(given | fields))


def canaries(events: Iterable[ClaimEvent]) -> set[str]:
    """Every value of these claims that names a person, a claim, an encounter or a provider."""
    found: set[str | None] = set()
    for event in events:
        found |= {event.event_id, event.claim_id, event.member_id, event.encounter_id}
        found |= {event.billing_provider_npi, event.attending_provider_npi}
        found |= {event.replaces_claim_id}
        for each in event.lines:
            found |= {each.rendering_provider_npi, each.supervising_provider_npi}
    return {value for value in found if value}


def from_case(event: Mapping[str, Any], place: int) -> ClaimEvent:
    """The claim of an event in a case file, as `policy cases` reads it: number ``place`` (from 0)
    of its case. tests/policies/README.md has the keys.

    Raises ContractViolation for a field or value that no claim can have.
    """
    return claim_of_case(event, place, LineOfBusiness.MEDI_CAL)
