"""Claims for the tests of the stages: a complete Medi-Cal claim unless told otherwise."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from stream_edits.domain.claim import (
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)

DAY = date(2025, 1, 15)
CLINIC = "1234567893"
OTHER_CLINIC = "1245319599"
# Supervisors, ascending.
ADA, BEA, CLEO = "1000000004", "1500000009", "1900000005"
DOCUMENTS = ("supervision_documentation", "by_report", "medical_justification")


def line(code: str, at: str | None = None, *, by: str | None = None, **fields: Any) -> ServiceLine:
    """A line of one unit; ``at`` is its documented time, "09:00-10:00", and ``by`` its supervisor.

    An end that is not after its start is on the next day. ``number`` and ``day`` are its line
    number (else its place on the claim) and date of service.
    """
    day = fields.pop("day", DAY)
    start = end = None
    if at:
        clock = [datetime.combine(day, time.fromisoformat(each)) for each in at.split("-")]
        start, end = clock[0], clock[1] + timedelta(days=clock[1] <= clock[0])
    given: dict[str, Any] = {
        "line_number": fields.pop("number", 0),
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


def claim(claim_id: str, *lines: ServiceLine, **fields: Any) -> ClaimEvent:
    """A claim of member M1; ``documents`` are the kinds sent for all its lines.

    ``event`` is its event's id (else named after the claim) and ``minute`` when it was published.
    """
    numbered = tuple(
        replace(each, line_number=each.line_number or place)
        for place, each in enumerate(lines, start=1)
    )
    days = [each.service_date for each in lines]
    minute = fields.pop("minute", 0)
    given: dict[str, Any] = {
        "event_id": fields.pop("event", f"event-{claim_id}"),
        "event_time": datetime(2025, 2, 1, tzinfo=UTC) + timedelta(minutes=minute),
        "claim_id": claim_id,
        "line_of_business": LineOfBusiness.MEDI_CAL,
        "claim_form": ClaimForm.CMS1500,
        "member_id": "M1",
        "billing_provider_npi": CLINIC,
        "place_of_service": "11",
        "statement_from": min(days),
        "statement_through": max(days),
        "diagnosis_codes": ("C50.911",),
        "attachments": tuple(Attachment(kind=k) for k in fields.pop("documents", DOCUMENTS)),
        "lines": numbered,
    }
    return ClaimEvent(**(given | fields))


def infusion(claim_id: str, member: str, at: str, by: str = ADA, **fields: Any) -> ClaimEvent:
    """A claim of one infusion under one supervisor."""
    return claim(claim_id, line("96365", at, by=by), member_id=member, **fields)


def moved(event: ClaimEvent, days: int) -> ClaimEvent:
    """The claim with its services so many days later; when it was published stays as it was."""
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
    """The claim as published so much later, as an event of its own."""
    time = event.event_time + timedelta(days=days, hours=hours)
    return replace(event, event_time=time, event_id=f"{event.event_id}-{days}")


def replacing(name: str, claim_id: str, *lines: ServiceLine, **fields: Any) -> ClaimEvent:
    """A claim that replaces another (frequency 7)."""
    return claim(claim_id, *lines, frequency_code="7", replaces_claim_id=name, **fields)


def voiding(name: str, claim_id: str, **fields: Any) -> ClaimEvent:
    """A claim that voids another (frequency 8)."""
    lines = fields.pop("lines", (line("96365"),))
    return claim(claim_id, *lines, frequency_code="8", replaces_claim_id=name, **fields)
