"""Scenarios with billing errors on one claim."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from stream_edits.domain.claim import Attachment, Supervision
from stream_edits.synthetic.claim_factory import JUSTIFIED, REPORT, Practice, Scenario
from stream_edits.synthetic.drugs import DEHYDRATED, INFUSED, PUSHED, UNCLASSIFIED


def second_initial(practice: Practice) -> Scenario:
    """Premedication billed as an initial service beside chemotherapy; perhaps as a second site."""
    encounter = practice.encounter()
    site: tuple[str, ...] = practice.rng.choice(((), (), ("59",), ("XS",)))
    lines = [
        encounter.timed("96365", 30, modifiers=site),
        encounter.timed("96413", 60),
        encounter.drug("J1200", 1),
        encounter.drug("J9271", 200),
    ]
    # A document for the other line only: nothing justifies the second site.
    partial = (Attachment(kind="by_report", line_numbers=(2,)), "supervision_documentation")
    documents = practice.rng.choice((REPORT, partial))
    yield practice.claim(encounter, lines, documents, diagnosis_codes=("C34.90", "Z51.12"))


def low_initial(practice: Practice) -> Scenario:
    """The initial service is not the highest-ranked service."""
    encounter = practice.encounter()
    lines = practice.rng.choice(
        (
            lambda: [encounter.timed("96374", 5), encounter.timed("96367", 45)],
            lambda: [encounter.timed("96360", 45), encounter.timed("96375", 5)],
            lambda: [
                encounter.timed("96365", 30),
                encounter.timed("96417", 60),
                encounter.drug("J9271", 200),
            ],
        )
    )()
    lines += [encounter.drug("J0696", 4), encounter.drug("J2405", 4)]
    yield practice.claim(encounter, lines, JUSTIFIED, diagnosis_codes=("A41.9",))


def twice_the_initial(practice: Practice) -> Scenario:
    """Two units of an initial service."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    lines = [encounter.timed("96365", 60, 2), encounter.drug(treatment.code, treatment.units)]
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def too_short(practice: Practice) -> Scenario:
    """Documented times that do not support the code or its units."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    if practice.rng.random() < 0.5:
        lines = [encounter.timed("96365", 12)]
    else:
        lines = [encounter.timed("96365", 60), encounter.timed("96366", 70, 2)]
    lines.append(encounter.drug(treatment.code, treatment.units))
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def missing_documents(practice: Practice) -> Scenario:
    """The reports or the justification are missing, or cover one line only."""
    encounter = practice.encounter()
    lines = [encounter.timed("96365", 60), encounter.timed("96367", 30), encounter.drug("J3370", 2)]
    lines.append(encounter.drug("J0696", 4))
    partly = Attachment(kind="supervision_documentation", line_numbers=(1,))
    documents: tuple[str | Attachment, ...] = practice.rng.choice(
        ((), REPORT, ("by_report",), (partly, "by_report", "medical_justification"))
    )
    yield practice.claim(encounter, lines, documents, diagnosis_codes=("L03.115",))


def general_supervision(practice: Practice) -> Scenario:
    """An infusion without direct supervision."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    level = practice.rng.choice((Supervision.GENERAL, Supervision.NONE))
    lines = [
        encounter.timed("96365", 60, supervision=level),
        encounter.drug(treatment.code, treatment.units),
    ]
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def loose_hydration(practice: Practice) -> Scenario:
    """Hydration: too short, not directly supervised, supervision not stated, or concurrent."""
    encounter = practice.encounter()
    kind = practice.rng.randrange(4)
    if kind == 0:
        lines = [encounter.timed("96360", 25)]
    elif kind == 1:
        lines = [encounter.timed("96360", 60, supervision=Supervision.GENERAL)]
    elif kind == 2:
        lines = [encounter.timed("96360", 60, supervision=Supervision.NOT_STATED)]
    else:
        lines = [encounter.timed("96365", 60), encounter.drug("J0696", 4)]
        encounter.back(practice.rng.choice((60, 30)))
        lines.append(encounter.timed("96361", 60))
    lines.append(encounter.drug("J7030", 2))
    documents = () if kind == 2 else REPORT
    diagnosis = (practice.rng.choice(DEHYDRATED),)
    yield practice.claim(encounter, lines, documents, diagnosis_codes=diagnosis)


def over_maximum(practice: Practice) -> Scenario:
    """Pushes over the maximum; sometimes a repeated push of the same drug in an office."""
    encounter, treatment = practice.encounter(), practice.rng.choice(PUSHED)
    lines = [
        encounter.timed("96374", 5),
        encounter.service("96375", practice.rng.choice((3, 4, 6))),
    ]
    if practice.rng.random() < 0.4:
        lines.append(encounter.service("96376"))
    lines += [encounter.drug(treatment.code, treatment.units), encounter.drug("J1100", 4)]
    reason = practice.rng.choice(((), ("medical_necessity",)))
    yield practice.claim(encounter, lines, (*REPORT, *reason), diagnosis_codes=treatment.diagnoses)


def solutions_and_supplies(practice: Practice) -> Scenario:
    """Local solution codes and items that they or an infusion include."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    lines = [encounter.timed("96365", 60), encounter.drug(treatment.code, treatment.units)]
    lines += [encounter.service("X7700", practice.rng.choice((1, 2))), encounter.service("X7702")]
    lines.append(encounter.service(practice.rng.choice(("A4222", "36000", "96523", "36591"))))
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def wrong_place(practice: Practice) -> Scenario:
    """A place of service that is not allowed: home, inpatient, nursing facility or unlisted."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    place = practice.rng.choice(("12", "21", "31", "32", "19"))
    lines = [encounter.timed("96365", 60), encounter.drug(treatment.code, treatment.units)]
    yield practice.claim(
        encounter, lines, place_of_service=place, diagnosis_codes=treatment.diagnoses
    )


def incomplete_form(practice: Practice) -> Scenario:
    """A form with a missing or invalid field."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    lines = [encounter.timed("96365", 60), encounter.drug(treatment.code, treatment.units)]
    without_units = replace(lines[0], units=0.0)
    fault: dict[str, Any] = practice.rng.choice(
        (
            {"billing_provider_npi": ""},
            {"billing_provider_npi": "1234567890"},
            {"diagnosis_codes": ()},
            {"place_of_service": None},
            {"frequency_code": "7"},
            {"lines": (without_units,)},
            {"statement_through": encounter.day.replace(year=2024)},
            {"frequency_code": "07"},
            {"lines": (replace(lines[0], procedure_code="96365-59"),)},
            {"lines": (replace(lines[0], unit_of_measure="MJ", units=60.0),)},
        )
    )
    claim = practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)
    yield replace(claim, **fault)


def several_days(practice: Practice) -> Scenario:
    """An infusion that is billed on one line for several days."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    days = practice.rng.choice((2, 3, 5))
    last = encounter.day + timedelta(days=days - 1)
    lines = [
        encounter.service("96365", days, service_date_through=last),
        encounter.drug(treatment.code, treatment.units * days, service_date_through=last),
    ]
    claim = practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)
    yield replace(claim, statement_through=last)


def incomplete_unclassified(practice: Practice) -> Scenario:
    """J3490 without its required details, or an unlisted drug under a supply code."""
    encounter = practice.encounter()
    omitted = practice.rng.choice(("ndc", "drug_name", "drug_unit_price", "ndc_qualifier"))
    known = {name: value for name, value in UNCLASSIFIED.items() if name != omitted}
    code = practice.rng.choice(("J3490", "J3490", "99070", "Z7610"))
    whole = UNCLASSIFIED if practice.rng.random() < 0.3 else known
    lines = [encounter.timed("96374", 5), encounter.service(code, **whole)]
    yield practice.claim(encounter, lines, diagnosis_codes=("G40.909",))


def wrong_product(practice: Practice) -> Scenario:
    """An infusion code for chemotherapy, blood, or a subcutaneous drug."""
    encounter = practice.encounter()
    lines = practice.rng.choice(
        (
            lambda: [encounter.timed("96365", 60), encounter.drug("J9267", 175)],
            lambda: [
                encounter.timed("96365", 60),
                encounter.service("36430"),
                encounter.drug("P9016", 2),
            ],
            lambda: [encounter.timed("96365", 30, modifiers=("JB",)), encounter.drug("J1559", 40)],
        )
    )()
    yield practice.claim(encounter, lines, diagnosis_codes=("D64.9",))


def contrast(practice: Practice) -> Scenario:
    """A push of contrast for an imaging study."""
    encounter = practice.encounter()
    lines = [encounter.service("74177"), encounter.service("96374"), encounter.drug("Q9967", 100)]
    yield practice.claim(encounter, lines, diagnosis_codes=("R10.9",))
