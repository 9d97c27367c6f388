"""The claims of golden cases. What an event of a case gives is laid over a complete claim.

A claim without further keys is complete and payable: an original claim of member M1 for one day at
an office (CMS-1500), or at a hospital (UB-04), with the usual documents and direct supervision.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from stream_edits.codec.violations import claim_in_json
from stream_edits.domain.claim import (
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
    Supervision,
)
from stream_edits.yaml_words import meant_key

DAY = date(2025, 1, 15)
_PUBLISHED = datetime(2025, 2, 1, tzinfo=UTC)
_BILLING_NPI, _ATTENDING_NPI = "1234567893", "1000000004"
USUAL_DOCUMENTS = ("supervision_documentation", "by_report")
_USUAL = {
    "frequency_code": "1",
    "claim_form": ClaimForm.CMS1500,
    "member_id": "M1",
    "billing_provider_npi": _BILLING_NPI,
    "place_of_service": "11",
    "diagnosis_codes": ["C50.911"],
}
_USUAL_UB04 = {"type_of_bill": "131", "attending_provider_npi": _ATTENDING_NPI}
_SHORT_KEYS = {
    **{"code": "procedure_code", "by": "supervising_provider_npi"},
    **{"date": "service_date", "start": "start_time", "end": "end_time"},
}


class NotACase(Exception):
    """An event of a case that is not a valid claim: what is wrong with it, and what to write."""


def claim_of_case(
    event: Mapping[str, Any], place: int, line_of_business: LineOfBusiness
) -> ClaimEvent:
    """The claim of an event, number ``place`` (from 0) of its case.

    ``line_of_business`` is that of a claim which says none.

    Raises NotACase, ContractViolation for a field or value that no claim can have, and KeyError,
    TypeError, ValueError or AttributeError for an event of another form.
    """
    given = dict(event)
    without = set(given.pop("without", ()))
    added = [{"kind": a} if isinstance(a, str) else dict(a) for a in given.pop("attachments", ())]
    lines = given.pop("lines")
    for line in lines:
        _check_keys(line)
    days = [_day(line.get("date", DAY)) for line in lines]
    facility = given.get("claim_form") == ClaimForm.UB04
    whole: dict[str, Any] = {
        "event_id": f"E{place + 1}",
        "event_time": (_PUBLISHED + timedelta(minutes=place)).isoformat(),
        "claim_id": given.pop("claim"),
        "line_of_business": line_of_business,
        "statement_from": min(days),
        "statement_through": max(days),
        "attachments": [{"kind": kind} for kind in USUAL_DOCUMENTS if kind not in without],
        **(_USUAL | (_USUAL_UB04 if facility else {})),
    }
    whole["attachments"] += [
        {("line_numbers" if key == "lines" else key): value for key, value in each.items()}
        for each in added
    ]
    whole["lines"] = [
        _line(line, number, day, "0260" if facility else None)
        for number, (line, day) in enumerate(zip(lines, days, strict=True), start=1)
    ]
    return claim_in_json(json.dumps(whole | given, default=str))


def _line(
    raw: Mapping[str, Any], number: int, day: date, revenue_code: str | None
) -> dict[str, Any]:
    given = {_SHORT_KEYS.get(key, key): value for key, value in raw.items()}
    for name in ("start_time", "end_time"):
        if given.get(name):
            given[name] = _moment(str(given[name]), day)
    usual = {
        "line_number": number,
        "procedure_code": "",
        "units": 1.0,
        "service_date": day,
        "supervision": Supervision.DIRECT,
        "diagnosis_pointers": [1],
        "revenue_code": revenue_code,
    }
    return usual | given


def _moment(clock: str, day: date) -> str:
    """A clock such as "09:00", or "+1 00:30" for the next day."""
    ahead, _, hour = clock.rpartition(" ")
    try:
        on = day + timedelta(days=int(ahead or 0))
        return datetime.combine(on, time.fromisoformat(hour)).isoformat()
    except ValueError:
        raise NotACase(
            f"{clock} is not a time: write 09:00, or +1 09:00 for the next day"
        ) from None


def _day(written: Any) -> date:
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        raise NotACase(f"{written} is not a date: write it as in {DAY}") from None


def _check_keys(line: Any) -> None:
    """Raises NotACase for a key that no line has."""
    known = [*_SHORT_KEYS, *(each.name for each in fields(ServiceLine))]
    for key in line if isinstance(line, Mapping) else ():
        if key not in known:
            raise NotACase(f"{key} is not a key of a line{meant_key(str(key), known)}")
