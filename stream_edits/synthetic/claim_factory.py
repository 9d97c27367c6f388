"""The practice in which stories are told: visits, and the forms their lines are billed on."""

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
from stream_edits.synthetic.people import Calendar, Patient, Population
from stream_edits.synthetic.visit import Visit

_FIRST_EVENT = datetime(2025, 2, 3, 8, tzinfo=UTC)
_BETWEEN_EVENTS = timedelta(seconds=20)
REPORT = ("supervision_documentation", "by_report")
JUSTIFIED = (*REPORT, "medical_justification")


class Pause(NamedTuple):
    """A story goes on after so many other encounters have begun."""

    encounters: int


Story = Iterator[ClaimEvent | Pause]


class Practice:
    """The world the stories are told in: dice, people, calendars, and claims numbered in turn."""

    def __init__(self, seed: int, contested: bool) -> None:
        self.rng = Random(seed)
        self.people = Population(self.rng, contested)
        self.calendar = Calendar()
        self.contested = contested
        self._claims = 0
        self._events = 0

    def visit(self, patient: Patient | None = None) -> Visit:
        """A visit on a day on which the patient has no other, one to five weeks ago."""
        who = patient or self.people.someone()
        while True:
            day = self._day_for(who)
            starts = self.calendar.opening(who.physician, day, self.rng) if day else None
            if day and starts:
                who.days.add(day)
                return Visit(who, who.physician, starts, self.calendar)
            who = self.people.newcomer()

    def hospital_visit(self, patient: Patient, starts: time | None = None) -> Visit:
        """A visit of a newcomer to the hospital, where the patient's locum is on duty."""
        day = self._day_for(patient)
        if day is None:
            raise ValueError("this patient has been seen too often for another visit")
        patient.days |= {day, day + timedelta(days=1)}
        starts = starts or time(self.rng.randint(8, 14), self.rng.choice((0, 15, 30, 45)))
        return Visit(patient, patient.locum, datetime.combine(day, starts), self.calendar)

    def _day_for(self, patient: Patient) -> date | None:
        for _ in range(20):
            day = (self._now() - timedelta(days=self.rng.randint(7, 35))).date()
            if not {day, day + timedelta(days=1)} & patient.days:
                return day
        return None

    def beside(self, other: Visit, minutes_later: int) -> Visit:
        """Another patient's visit with the same physician, begun while the first still goes on."""
        patient = self.people.newcomer()
        patient.clinic, patient.physician = other.patient.clinic, other.physician
        patient.days.add(other.day)
        starts = other.starts + timedelta(minutes=minutes_later)
        return Visit(patient, other.physician, starts, self.calendar)

    def claim(
        self,
        visit: Visit,
        lines: Sequence[ServiceLine],
        documents: Iterable[str | Attachment] = REPORT,
        **header: Any,
    ) -> ClaimEvent:
        """An office's CMS-1500 to Medi-Cal, unless ``header`` says otherwise."""
        days = [line.service_date for line in lines]
        given: dict[str, Any] = {
            **self.stamp(),
            "claim_id": self.claim_number(),
            "line_of_business": LineOfBusiness.MEDI_CAL,
            "claim_form": ClaimForm.CMS1500,
            "member_id": visit.patient.member_id,
            "billing_provider_npi": visit.patient.clinic,
            "place_of_service": "11",
            "statement_from": min(days),
            "statement_through": max(days),
            "diagnosis_codes": ("R69",),
            "attachments": tuple(_attachment(document) for document in documents),
            "lines": tuple(replace(line, line_number=n) for n, line in enumerate(lines, start=1)),
        }
        return ClaimEvent(**(given | header))

    def hospital_claim(
        self,
        visit: Visit,
        lines: Sequence[ServiceLine],
        documents: Iterable[str | Attachment] = REPORT,
        **header: Any,
    ) -> ClaimEvent:
        """A hospital's outpatient UB-04 (type of bill 131)."""
        ub04: dict[str, Any] = {
            "claim_form": ClaimForm.UB04,
            "billing_provider_npi": visit.patient.hospital,
            "place_of_service": None,
            "type_of_bill": "131",
            "admission_type": "3",
            "attending_provider_npi": visit.patient.locum,
        }
        return self.claim(
            visit, [_with_revenue(line) for line in lines], documents, **(ub04 | header)
        )

    def published_again(self, claim: ClaimEvent, **changes: Any) -> ClaimEvent:
        """The same claim in an event of its own."""
        return replace(claim, **self.stamp(), **changes)

    def document(self, kind: str) -> Attachment:
        """A document for the whole claim."""
        return _attachment(kind)

    def claim_number(self) -> str:
        """A claim control number: the day it came in, and the next number."""
        self._claims += 1
        return f"D{self._now():%y%j}{self._claims:07d}"

    def stamp(self) -> dict[str, Any]:
        """The identity of one publication."""
        self._events += 1
        return {"event_id": f"evt-{self._events:09d}", "event_time": self._now()}

    def _now(self) -> datetime:
        return _FIRST_EVENT + self._events * _BETWEEN_EVENTS


def _attachment(document: str | Attachment) -> Attachment:
    if isinstance(document, Attachment):
        return document
    return _WHOLE_CLAIM.get(document) or Attachment(kind=document)


def _with_revenue(line: ServiceLine) -> ServiceLine:
    revenue = "0636" if line.ndc else "0335" if line.procedure_code[:4] == "9641" else "0260"
    return replace(line, revenue_code=revenue)


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
