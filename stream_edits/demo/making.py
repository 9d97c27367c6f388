"""Making one claim: ids, NPIs, the header, lines with their clock times."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from stream_edits.domain.claim import Attachment, ClaimEvent, ClaimForm, LineOfBusiness, ServiceLine
from stream_edits.domain.claim import Supervision as Supervised

FIRST_DAY = date(2025, 1, 6)
_FIRST_EVENT = datetime(2025, 2, 1, 8, tzinfo=UTC)
_DIAGNOSES = ("C50.911", "D50.9", "E86.0", "K50.90", "L03.115", "M05.79", "J18.9", "C18.9")
OFFICE_DOCUMENTS = ("supervision_documentation", "by_report")


def npi(number: int) -> str:
    """A ten-digit NPI whose check digit holds (Luhn over 80840 and the nine digits)."""
    nine = f"{100_000_000 + number:09d}"
    digits = [int(d) for d in reversed("80840" + nine)]
    doubled = sum(2 * d - 9 * (d > 4) for d in digits[0::2])
    return nine + str(-(doubled + sum(digits[1::2])) % 10)


class Member:
    """A patient with a clinic, a physician and the next day on which they are seen."""

    def __init__(self, number: int, clinic: int, supervisor: str) -> None:
        self.id = f"DEMO-M{number:06d}"
        self.clinic = npi(clinic)
        self.supervisor = supervisor
        self._number = number
        self._visits = 0

    def next_day(self) -> date:
        """The day of the next visit: a week after the last one."""
        self._visits += 1
        return FIRST_DAY + timedelta(days=self._number % 5 + 7 * (self._visits - 1))


class Maker:
    """Numbers claims and events, and fills in what every claim has."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._claims = 0
        self._events = 0

    def next_claim_id(self) -> str:
        """A claim control number that no other claim has."""
        self._claims += 1
        return f"DEMO-C{self._claims:07d}"

    def stamp(self) -> dict[str, Any]:
        """The identity of one publication: its event id and time."""
        self._events += 1
        return {
            "event_id": f"DEMO-E{self._events:08d}",
            "event_time": _FIRST_EVENT + timedelta(seconds=self._events),
        }

    def claim(
        self,
        member: Member,
        lines: Iterable[ServiceLine],
        documents: Iterable[str | Attachment] = OFFICE_DOCUMENTS,
        **header: Any,
    ) -> ClaimEvent:
        """An office claim (CMS-1500, place of service 11) of Medi-Cal, unless told otherwise."""
        numbered = tuple(
            line.model_copy(update={"line_number": i}) for i, line in enumerate(lines, start=1)
        )
        days = [line.service_date for line in numbered]
        values: dict[str, Any] = {
            **self.stamp(),
            "claim_id": self.next_claim_id(),
            "line_of_business": LineOfBusiness.MEDI_CAL,
            "claim_form": ClaimForm.CMS1500,
            "member_id": member.id,
            "billing_provider_npi": member.clinic,
            "place_of_service": "11",
            "statement_from": min(days),
            "statement_through": max(days),
            "diagnosis_codes": (self.rng.choice(_DIAGNOSES),),
            "attachments": tuple(
                Attachment(kind=d) if isinstance(d, str) else d for d in documents
            ),
            "lines": numbered,
        }
        return ClaimEvent(**(values | header))

    def hospital_claim(
        self, member: Member, lines: Iterable[ServiceLine], type_of_bill: str, **header: Any
    ) -> ClaimEvent:
        """A UB-04 with revenue codes and an attending physician."""
        billed = [line.model_copy(update={"revenue_code": "0335"}) for line in lines]
        ub04: dict[str, Any] = {
            "claim_form": ClaimForm.UB04,
            "place_of_service": None,
            "type_of_bill": type_of_bill,
            "attending_provider_npi": member.supervisor,
        }
        return self.claim(member, billed, **(ub04 | header))


class Day:
    """One visit's lines: services follow one another on the clock."""

    def __init__(self, member: Member, day: date, starts: str = "09:00") -> None:
        self.day = day
        self._member = member
        self._clock = datetime.fromisoformat(f"{day.isoformat()}T{starts}")

    def untimed(self, code: str, units: float = 1, **fields: Any) -> ServiceLine:
        """A line without documented times: a drug, a supply, an injection."""
        values: dict[str, Any] = {
            "line_number": 1,
            "procedure_code": code,
            "units": units,
            "service_date": self.day,
            "supervision": Supervised.DIRECT,
            "rendering_provider_npi": self._member.supervisor,
            "diagnosis_pointers": (1,),
        }
        return ServiceLine(**(values | fields))

    def timed(self, code: str, minutes: int, units: float = 1, **fields: Any) -> ServiceLine:
        """A line with documented times, starting where the last one ended."""
        start, self._clock = self._clock, self._clock + timedelta(minutes=minutes)
        return self.untimed(code, units, start_time=start, end_time=self._clock, **fields)

    def wait(self, minutes: int) -> None:
        """Let time pass before the next service."""
        self._clock += timedelta(minutes=minutes)
