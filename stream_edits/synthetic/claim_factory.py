"""Builds encounters, and the claim forms that bill their lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from stream_edits.domain.claim import (
    Attachment,
    ClaimEvent,
    ClaimForm,
    LineOfBusiness,
    ServiceLine,
)
from stream_edits.domain.normalized import clean_diagnosis
from stream_edits.synthetic.encounter import SyntheticEncounter
from stream_edits.synthetic.people import Calendar, Patient, Population

_FIRST_EVENT = datetime(2025, 2, 3, 8, tzinfo=UTC)
_BETWEEN_EVENTS = timedelta(seconds=20)
REPORT = ("supervision_documentation", "by_report")
JUSTIFIED = (*REPORT, "medical_justification")


class Pause(NamedTuple):
    """A scenario continues after this number of further encounters has begun."""

    encounters: int


Scenario = Iterator[ClaimEvent | Pause]


class Practice:
    """The shared state of all scenarios: random numbers, patients, calendars, claim numbers."""

    def __init__(self, seed: int, contested: bool) -> None:
        self.rng = Random(seed)
        self.people = Population(self.rng, contested)
        self.calendar = Calendar()
        self.contested = contested
        self._claims = 0
        self._events = 0

    def encounter(self) -> SyntheticEncounter:
        """An office encounter of a random patient, one to five weeks ago.

        The patient has no other encounter on that day.
        """
        member = self.people.someone()
        while True:
            day = self._day_for(member)
            starts = self.calendar.opening(member.physician, day, self.rng) if day else None
            if day and starts:
                member.days.add(day)
                return SyntheticEncounter(member, member.physician, starts, self.calendar)
            member = self.people.newcomer()

    def hospital_encounter(
        self, patient: Patient, starts: time | None = None
    ) -> SyntheticEncounter:
        """A hospital encounter of a patient, with the patient's locum as the physician.

        Raises ValueError if no day is free.
        """
        day = self._day_for(patient)
        if day is None:
            raise ValueError("this patient has been seen too often for another visit")
        patient.days |= {day, day + timedelta(days=1)}
        starts = starts or time(self.rng.randint(8, 14), self.rng.choice((0, 15, 30, 45)))
        return SyntheticEncounter(
            patient, patient.locum, datetime.combine(day, starts), self.calendar
        )

    def _day_for(self, patient: Patient) -> date | None:
        for _ in range(20):
            day = (self._now() - timedelta(days=self.rng.randint(7, 35))).date()
            if not {day, day + timedelta(days=1)} & patient.days:
                return day
        return None

    def beside(self, other: SyntheticEncounter, minutes_later: int) -> SyntheticEncounter:
        """An overlapping encounter of another patient with the same physician."""
        patient = self.people.newcomer()
        patient.clinic, patient.physician = other.patient.clinic, other.physician
        patient.days.add(other.day)
        starts = other.starts + timedelta(minutes=minutes_later)
        return SyntheticEncounter(patient, other.physician, starts, self.calendar)

    def claim(
        self,
        encounter: SyntheticEncounter,
        lines: Sequence[ServiceLine],
        documents: Iterable[str | Attachment] = REPORT,
        **header: Any,
    ) -> ClaimEvent:
        """A CMS-1500 claim of an office to Medi-Cal. ``header`` overrides its fields."""
        days = [line.service_date for line in lines]
        defaults: dict[str, Any] = {
            **self.stamp(),
            "claim_id": self.claim_number(),
            "line_of_business": LineOfBusiness.MEDI_CAL,
            "claim_form": ClaimForm.CMS1500,
            "member_id": encounter.patient.member_id,
            "billing_provider_npi": encounter.patient.clinic,
            "place_of_service": "11",
            "statement_from": min(days),
            "statement_through": max(days),
            "diagnosis_codes": ("R69",),
            "attachments": tuple(_attachment(document) for document in documents),
            "lines": tuple(replace(line, line_number=n) for n, line in enumerate(lines, start=1)),
        }
        fields = defaults | header
        # As an X12 837 carries them, and as every claim is once it is read.
        fields["diagnosis_codes"] = tuple(map(clean_diagnosis, fields["diagnosis_codes"]))
        return ClaimEvent(**fields)

    def hospital_claim(
        self,
        encounter: SyntheticEncounter,
        lines: Sequence[ServiceLine],
        documents: Iterable[str | Attachment] = REPORT,
        **header: Any,
    ) -> ClaimEvent:
        """A UB-04 claim of a hospital's outpatient department (type of bill 131)."""
        ub04: dict[str, Any] = {
            "claim_form": ClaimForm.UB04,
            "billing_provider_npi": encounter.patient.hospital,
            "place_of_service": None,
            "type_of_bill": "131",
            "admission_type": "3",
            "attending_provider_npi": encounter.patient.locum,
        }
        return self.claim(
            encounter, [_with_revenue(line) for line in lines], documents, **(ub04 | header)
        )

    def published_again(self, claim: ClaimEvent, **changes: Any) -> ClaimEvent:
        """The same claim in a new event."""
        return replace(claim, **self.stamp(), **changes)

    def document(self, kind: str) -> Attachment:
        """A document that covers the whole claim."""
        return _attachment(kind)

    def claim_number(self) -> str:
        """A new claim control number: the day of publication and a sequence number."""
        self._claims += 1
        return f"D{self._now():%y%j}{self._claims:07d}"

    def stamp(self) -> dict[str, Any]:
        """The event id and event time of one publication."""
        self._events += 1
        return {"event_id": f"evt-{self._events:09d}", "event_time": self._now()}

    def _now(self) -> datetime:
        return _FIRST_EVENT + self._events * _BETWEEN_EVENTS


def _attachment(document: str | Attachment) -> Attachment:
    if isinstance(document, Attachment):
        return document
    return _WHOLE_CLAIM.get(document) or Attachment(kind=document)


def _with_revenue(line: ServiceLine) -> ServiceLine:
    if line.revenue_code:
        return line
    if line.ndc:
        return replace(line, revenue_code="0636")
    known = (each for start, each in _REVENUE.items() if line.procedure_code.startswith(start))
    return replace(line, revenue_code=next(known, "0260"))


# Revenue codes by the first characters of a procedure code; drugs have 0636.
_REVENUE = {"9641": "0335", "992": "0450", "74": "0352", "Q99": "0255", "G03": "0762"}
_WHOLE_CLAIM = {
    kind: Attachment(kind=kind, report_type_code=code)
    for kind, code in {
        "supervision_documentation": "OZ",
        "by_report": "OZ",
        "medical_justification": "M1",
        "medical_necessity": "M1",
        "invoice": "PZ",
        "itemized_statement": "B4",
    }.items()
}
