"""What hospitals bill on the UB-04."""

from dataclasses import replace
from datetime import time

from stream_edits.synthetic.claim_factory import JUSTIFIED, REPORT, Practice, Story
from stream_edits.synthetic.drugs import CHEMOTHERAPY, INFUSED


def outpatient(practice: Practice) -> Story:
    """An infusion in the outpatient department, or billed under a type that is none."""
    visit = practice.hospital_visit(practice.people.newcomer())
    given = practice.rng.choice(INFUSED)
    lines = [visit.timed("96365", 60), visit.timed("96366", 60)]
    lines.append(visit.drug(given.code, given.units))
    bill = practice.rng.choice(("131", "131", "0131", "721", "111", "331"))
    yield practice.hospital_claim(visit, lines, type_of_bill=bill, diagnosis_codes=given.diagnoses)


def emergency(practice: Practice) -> Story:
    """Facility type 14 is for emergencies: admission type 1."""
    visit = practice.hospital_visit(practice.people.newcomer())
    lines = [visit.timed("96360", 60), visit.timed("96375", 5), visit.drug("J2405", 4)]
    if practice.rng.random() < 0.6:
        lines[:1] = [visit.timed("96365", 45), visit.drug("J0696", 8)]
    admission = practice.rng.choice(("1", "1", "3", None))
    yield practice.hospital_claim(
        visit, lines, type_of_bill="141", admission_type=admission, diagnosis_codes=("A41.9",)
    )


def monthly(practice: Practice) -> Story:
    """A recurring bill with three encounters of a month; in one of them a code is wrong."""
    patient, given = practice.people.newcomer(), practice.rng.choice(CHEMOTHERAPY)
    lines = []
    for number in range(3):
        visit = practice.hospital_visit(patient)
        first = "96365" if number == 1 and practice.rng.random() < 0.5 else "96367"
        lines += [visit.timed(first, 20), visit.timed("96413", 60), visit.timed("96415", 60)]
        lines += [visit.drug("J1100", 10), visit.drug(given.code, given.units)]
    lines.sort(key=lambda line: line.service_date)
    yield practice.hospital_claim(
        visit, lines, JUSTIFIED, type_of_bill="0131", diagnosis_codes=given.diagnoses
    )


def past_midnight(practice: Practice) -> Story:
    """An infusion that goes on past midnight is one encounter."""
    visit = practice.hospital_visit(practice.people.newcomer(), starts=time(23, 10))
    lines = [visit.timed("96365", 50), visit.timed("96366", 60), visit.drug("J0285", 5)]
    yield practice.hospital_claim(visit, lines, REPORT, diagnosis_codes=("B44.9",))


def incomplete_bill(practice: Practice) -> Story:
    """A UB-04 without its attending physician, type of bill or revenue code."""
    visit = practice.hospital_visit(practice.people.newcomer())
    lines = [visit.timed("96365", 60), visit.drug("J0696", 8)]
    claim = practice.hospital_claim(visit, lines, diagnosis_codes=("L03.115",))
    fault = practice.rng.randrange(3)
    if fault == 2:
        bare = replace(claim.lines[0], revenue_code=None)
        yield replace(claim, lines=(bare, *claim.lines[1:]))
    elif fault == 1:
        yield replace(claim, type_of_bill=None)
    else:
        yield replace(claim, attending_provider_npi=None)
