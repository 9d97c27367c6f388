"""One visit with its clock: what was done becomes service lines."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from stream_edits.domain.claim import ServiceLine, Supervision
from stream_edits.synthetic.drugs import DRUGS
from stream_edits.synthetic.people import Calendar, Patient

_FEES = {"9636": 14500, "9637": 6500, "9640": 19500, "9641": 28500}


class Visit:
    """One day of one patient with one physician: services follow each other on the clock."""

    def __init__(
        self, patient: Patient, physician: str, starts: datetime, calendar: Calendar
    ) -> None:
        self.patient = patient
        self.physician = physician
        self.starts = starts
        self._clock = starts
        self._calendar = calendar

    @property
    def day(self) -> date:
        """The date on which the visit began."""
        return self.starts.date()

    def service(self, code: str, units: float = 1, **fields: Any) -> ServiceLine:
        """A line without documented times."""
        given: dict[str, Any] = {
            "line_number": 1,
            "procedure_code": code,
            "units": float(units),
            "service_date": self._clock.date(),
            "charge_amount": Decimal(_FEES.get(code[:4], 4000)).scaleb(-2),
            "rendering_provider_npi": self.physician,
            "diagnosis_pointers": (1,),
        }
        if code.startswith("96"):
            given["supervising_provider_npi"] = self.physician
            given["supervision"] = Supervision.DIRECT
        return ServiceLine(**(given | fields))

    def timed(self, code: str, minutes: int, units: float = 1, **fields: Any) -> ServiceLine:
        """A line with documented times, which begins where the one before it ended."""
        start, self._clock = self._clock, self._clock + timedelta(minutes=minutes)
        self._calendar.book(self.physician, self.day, self._clock)
        given = {"start_time": start, "end_time": self._clock, "service_date": start.date()}
        return self.service(code, units, **(given | fields))

    def drug(self, code: str, units: float = 1, **fields: Any) -> ServiceLine:
        """A drug with its NDC and its price."""
        drug = DRUGS[code]
        given: dict[str, Any] = {
            "charge_amount": Decimal(round(drug.cents * units)).scaleb(-2),
            "ndc_qualifier": "N4",
            "ndc": drug.ndc,
            "service_date": self.day,
        }
        return self.service(code, units, **(given | fields))

    def back(self, minutes: int) -> None:
        """Turn the clock back: the next service runs beside the last one."""
        self._clock -= timedelta(minutes=minutes)

    def pass_to(self, physician: str) -> None:
        """Another physician takes over."""
        self.physician = physician
