"""Claims for the tests on a real Kafka: correct in every respect, unless a test changes them.

Every value that names a person or a provider is a canary, which must never be in a log.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from stream_edits.codec.violations import claim_of
from stream_edits.domain.claim import (
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)

PROVIDER = "1245319599"
SUPERVISOR = "1234567893"
_DAY = date(2025, 3, 3)
_DOCUMENTS = ("supervision_documentation", "by_report", "medical_justification")
_PUBLISHED = datetime(2025, 3, 10, 9, 0, tzinfo=UTC)
_numbers = count(1)


def claim(member: str, *codes: str, name: str = "A", **changes: object) -> ClaimEvent:
    """A Medi-Cal claim of one office encounter: a line for each code, without times."""
    number = next(_numbers)
    lines = tuple(
        ServiceLine(
            line_number=place,
            procedure_code=code,
            units=1.0,
            service_date=_DAY,
            supervising_provider_npi=SUPERVISOR,
            supervision=Supervision.DIRECT,
        )
        for place, code in enumerate(codes, start=1)
    )
    fields: dict[str, object] = {
        "event_id": f"CANARY-EVENT-{number}",
        "event_time": _PUBLISHED + timedelta(seconds=number),
        "claim_id": f"CANARY-CLAIM-{member}-{name}",
        "line_of_business": LineOfBusiness.MEDI_CAL,
        "claim_form": ClaimForm.CMS1500,
        "member_id": f"CANARY-MEMBER-{member}",
        "encounter_id": f"CANARY-VISIT-{member}",
        "billing_provider_npi": PROVIDER,
        "place_of_service": "11",
        "statement_from": _DAY,
        "statement_through": _DAY,
        "diagnosis_codes": ("C50.911",),
        "attachments": tuple(Attachment(kind=kind) for kind in _DOCUMENTS),
        "lines": lines,
    }
    return claim_of({**fields, **changes})


def timed(event: ClaimEvent, hour: int, minutes: int = 60) -> ClaimEvent:
    """The same claim with documented times on its lines, which occupy the supervisor."""
    start = datetime.combine(_DAY, datetime.min.time()) + timedelta(hours=hour)
    end = start + timedelta(minutes=minutes)
    lines = tuple(replace(line, start_time=start, end_time=end) for line in event.lines)
    return replace(event, lines=lines)


def canaries(events: list[ClaimEvent]) -> set[str]:
    """Every value of these claims that names a person, a claim, an encounter or a provider."""
    found: set[str | None] = set()
    for event in events:
        found |= {event.event_id, event.claim_id, event.member_id, event.encounter_id}
        found |= {event.billing_provider_npi, event.attending_provider_npi}
        found |= {event.replaces_claim_id}
        for line in event.lines:
            found |= {line.rendering_provider_npi, line.supervising_provider_npi}
    return {value for value in found if value}
