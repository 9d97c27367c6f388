"""A claim event of a case, merged over the base claim (README.md)."""

import copy
import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from stream_edits.codec.violations import claim_in_json
from stream_edits.domain.claim import ClaimEvent

SERVICE_DATE = date(2025, 1, 15)
FIRST_EVENT = datetime.fromisoformat("2025-01-15T12:00:00+00:00")
BASE_CLAIM: dict[str, Any] = {
    "line_of_business": "MEDI_CAL",
    "claim_form": "CMS1500",
    "member_id": "M1",
    "billing_provider_npi": "1234567893",
    "place_of_service": "11",
    "diagnosis_codes": ["C50.911"],
}
BASE_DOCUMENTS = ("supervision_documentation", "by_report")
BASE_LINE: dict[str, Any] = {"units": 1, "supervision": "DIRECT", "diagnosis_pointers": [1]}
SHORT_KEYS = {
    "code": "procedure_code",
    "start": "start_time",
    "end": "end_time",
    "date": "service_date",
}


def claim_of(event: Mapping[str, Any], place: int) -> ClaimEvent:
    """The event that comes as number ``place`` (from 0) of its case."""
    given = dict(event)
    claim_id = given.pop("claim")
    without = set(given.pop("without", ()))
    added = [{"kind": a} if isinstance(a, str) else dict(a) for a in given.pop("attachments", ())]
    lines = [_line(raw, number) for number, raw in enumerate(given.pop("lines"), start=1)]
    days = [line["service_date"] for line in lines]
    claim = copy.deepcopy(BASE_CLAIM) | {
        "event_id": f"E{place + 1}",
        "event_time": (FIRST_EVENT + timedelta(minutes=place)).isoformat(),
        "claim_id": claim_id,
        "statement_from": min(days),
        "statement_through": max(days),
        "attachments": [
            *({"kind": kind} for kind in BASE_DOCUMENTS if kind not in without),
            *({("line_numbers" if k == "lines" else k): v for k, v in a.items()} for a in added),
        ],
        "lines": lines,
    }
    # Through JSON, so that dates, numbers and enums are read as `adjudicate` reads them.
    return claim_in_json(json.dumps(claim | given, default=str))


def _line(raw: Mapping[str, Any], number: int) -> dict[str, Any]:
    given = {SHORT_KEYS.get(key, key): value for key, value in raw.items()}
    line = copy.deepcopy(BASE_LINE) | {"line_number": number, "service_date": SERVICE_DATE} | given
    day = date.fromisoformat(str(line["service_date"]))
    line["service_date"] = day.isoformat()
    for name in ("start_time", "end_time"):
        if line.get(name):
            line[name] = _moment(str(line[name]), day)
    return line


def _moment(clock: str, day: date) -> str:
    """A clock such as "09:00" or "+1 00:30" on the date of service; a full timestamp as it is."""
    if "T" in clock:
        return clock
    ahead, _, hour = clock.rpartition(" ")
    on = day + timedelta(days=int(ahead or 0))
    return datetime.combine(on, time.fromisoformat(hour)).isoformat()
