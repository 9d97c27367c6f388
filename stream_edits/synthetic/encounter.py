"""One encounter with a clock: turns its services into service lines."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from stream_edits.domain.claim import ServiceLine, Supervision
from stream_edits.synthetic.drugs import DRUGS
from stream_edits.synthetic.people import Calendar, Patient

_FEES = {"9636": 14500, "9637": 6500, "9640": 19500, "9641": 28500}


class SyntheticEncounter:
    """One patient's encounter with a physician. Timed services follow each other on the clock."""

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
        """The date on which the encounter began."""
        return self.starts.date()

    def service(self, code: str, units: float = 1, **fields: Any) -> ServiceLine:
        """A line without documented times."""
        defaults: dict[str, Any] = {
            "line_number": 1,
            "procedure_code": code,
            "units": float(units),
            "service_date": self._clock.date(),
            "charge_amount": Decimal(_FEES.get(code[:4], 4000)).scaleb(-2),
            "rendering_provider_npi": self.physician,
            "diagnosis_pointers": (1,),
        }
        if code.startswith("96"):
            defaults["supervising_provider_npi"] = self.physician
            defaults["supervision"] = Supervision.DIRECT
        return ServiceLine(**(defaults | fields))

    def timed(self, code: str, minutes: int, units: float = 1, **fields: Any) -> ServiceLine:
        """A line with documented times. It starts when the previous timed line ended."""
        start, self._clock = self._clock, self._clock + timedelta(minutes=minutes)
        self._calendar.book(self.physician, self.day, self._clock)
        defaults = {"start_time": start, "end_time": self._clock, "service_date": start.date()}
        return self.service(code, units, **(defaults | fields))

    def drug(self, code: str, units: float = 1, **fields: Any) -> ServiceLine:
        """A drug line with its NDC and its charge."""
        drug = DRUGS[code]
        defaults: dict[str, Any] = {
            "charge_amount": Decimal(round(drug.cents * units)).scaleb(-2),
            "ndc_qualifier": "N4",
            "ndc": drug.ndc,
            "service_date": self.day,
        }
        return self.service(code, units, **(defaults | fields))

    def back(self, minutes: int) -> None:
        """Set the clock back, so that the next service overlaps the last one."""
        self._clock -= timedelta(minutes=minutes)

    def pass_to(self, physician: str) -> None:
        """Let another physician take over."""
        self.physician = physician
