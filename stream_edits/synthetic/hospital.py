"""Scenarios of hospitals, billed on the UB-04."""

from dataclasses import replace
from datetime import time

from stream_edits.synthetic.claim_factory import JUSTIFIED, REPORT, Practice, Scenario
from stream_edits.synthetic.drugs import CHEMOTHERAPY, INFUSED


def outpatient(practice: Practice) -> Scenario:
    """An infusion in the outpatient department; sometimes with a type of bill that is not one."""
    encounter = practice.hospital_encounter(practice.people.newcomer())
    treatment = practice.rng.choice(INFUSED)
    lines = [encounter.timed("96365", 60), encounter.timed("96366", 60)]
    lines.append(encounter.drug(treatment.code, treatment.units))
    bill = practice.rng.choice(("131", "131", "0131", "721", "111", "331"))
    yield practice.hospital_claim(
        encounter, lines, type_of_bill=bill, diagnosis_codes=treatment.diagnoses
    )


def emergency(practice: Practice) -> Scenario:
    """An emergency: facility type 14 requires admission type 1."""
    encounter = practice.hospital_encounter(practice.people.newcomer())
    lines = [encounter.timed("96360", 60), encounter.timed("96375", 5), encounter.drug("J2405", 4)]
    if practice.rng.random() < 0.6:
        lines[:1] = [encounter.timed("96365", 45), encounter.drug("J0696", 8)]
    admission = practice.rng.choice(("1", "1", "3", None))
    yield practice.hospital_claim(
        encounter, lines, type_of_bill="141", admission_type=admission, diagnosis_codes=("A41.9",)
    )


def monthly(practice: Practice) -> Scenario:
    """A monthly bill with three encounters; sometimes one of them has a wrong code."""
    patient, treatment = practice.people.newcomer(), practice.rng.choice(CHEMOTHERAPY)
    lines = []
    for number in range(3):
        encounter = practice.hospital_encounter(patient)
        first = "96365" if number == 1 and practice.rng.random() < 0.5 else "96367"
        lines += [
            encounter.timed(first, 20),
            encounter.timed("96413", 60),
            encounter.timed("96415", 60),
        ]
        lines += [encounter.drug("J1100", 10), encounter.drug(treatment.code, treatment.units)]
    lines.sort(key=lambda line: line.service_date)
    yield practice.hospital_claim(
        encounter, lines, JUSTIFIED, type_of_bill="0131", diagnosis_codes=treatment.diagnoses
    )


def past_midnight(practice: Practice) -> Scenario:
    """An infusion that continues past midnight: one encounter."""
    encounter = practice.hospital_encounter(practice.people.newcomer(), starts=time(23, 10))
    lines = [encounter.timed("96365", 50), encounter.timed("96366", 60), encounter.drug("J0285", 5)]
    yield practice.hospital_claim(encounter, lines, REPORT, diagnosis_codes=("B44.9",))


def incomplete_bill(practice: Practice) -> Scenario:
    """A UB-04 without its attending physician, type of bill or revenue code."""
    encounter = practice.hospital_encounter(practice.people.newcomer())
    lines = [encounter.timed("96365", 60), encounter.drug("J0696", 8)]
    claim = practice.hospital_claim(encounter, lines, diagnosis_codes=("L03.115",))
    fault = practice.rng.randrange(3)
    if fault == 2:
        bare = replace(claim.lines[0], revenue_code=None)
        yield replace(claim, lines=(bare, *claim.lines[1:]))
    elif fault == 1:
        yield replace(claim, type_of_bill=None)
    else:
        yield replace(claim, attending_provider_npi=None)


def drugs_in_revenue_lines(practice: Practice) -> Scenario:
    """An emergency whose drugs are in pharmacy revenue lines without procedure codes."""
    encounter = practice.hospital_encounter(practice.people.newcomer())
    lines = [encounter.timed("96365", 45), encounter.timed("96375", 5), encounter.service("99284")]
    if practice.rng.random() < 0.5:
        lines += [encounter.service("74177"), encounter.service("Q9967", 100)]
    claim = practice.hospital_claim(encounter, lines, diagnosis_codes=("R10.9",))
    revenue = practice.rng.choice(("0250", "0258", "0636", "0259"))
    pharmacy = replace(encounter.service("", 3), revenue_code=revenue, line_number=len(lines) + 1)
    yield replace(claim, lines=(*claim.lines, pharmacy))


def observation(practice: Practice) -> Scenario:
    """A night in observation: pushes on two days are one encounter."""
    encounter = practice.hospital_encounter(practice.people.newcomer(), starts=time(20, 30))
    hours = practice.rng.randint(9, 30)
    first = encounter.day
    lines = [
        replace(encounter.service("G0378", hours), revenue_code="0762"),
        encounter.timed("96374", 5),
        encounter.drug("J2270", 1),
    ]
    encounter.back(-600)
    lines += [encounter.timed("96376", 5), encounter.timed("96361", 60)]
    yield practice.hospital_claim(
        encounter, lines, diagnosis_codes=("R07.9",), statement_from=first
    )


def two_visits(practice: Practice) -> Scenario:
    """Two emergency visits on one day, with modifiers 27 and XE on the second."""
    encounter = practice.hospital_encounter(practice.people.newcomer())
    lines = [encounter.service("99283"), encounter.timed("96374", 5), encounter.drug("J2405", 4)]
    encounter.back(-300)
    second = [encounter.timed("96365", 45), encounter.drug("J0696", 8)]
    lines += [replace(line, modifiers=("XE",)) for line in second]
    lines.append(encounter.service("99284", modifiers=("27",)))
    yield practice.hospital_claim(encounter, lines, diagnosis_codes=("R11.2",))
