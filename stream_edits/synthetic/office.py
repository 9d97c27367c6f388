"""Scenarios of offices, mostly with correct billing."""

from stream_edits.domain.claim import LineOfBusiness, Supervision
from stream_edits.synthetic.claim_factory import JUSTIFIED, REPORT, Practice, Scenario
from stream_edits.synthetic.drugs import (
    CHEMOTHERAPY,
    CHEMOTHERAPY_PUSHED,
    DEHYDRATED,
    INFUSED,
    INJECTED,
    LONG_INFUSED,
    PREMEDICATION,
    PUSHED,
    UNCLASSIFIED,
)


def infusion(practice: Practice) -> Scenario:
    """An infusion of one drug over one or two hours."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    lines = [encounter.timed("96365", practice.rng.choice((35, 50, 60)))]
    if practice.rng.random() < 0.5:
        lines.append(encounter.timed("96366", practice.rng.choice((40, 60))))
    lines.append(encounter.drug(treatment.code, treatment.units))
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def antibiotics(practice: Practice) -> Scenario:
    """Two sequential infusions, with the justification for the second."""
    encounter = practice.encounter()
    lines = [
        encounter.timed("96365", 60),
        encounter.timed("96367", 45),
        encounter.drug("J3370", 2),
        encounter.drug("J0696", 8),
    ]
    if practice.rng.random() < 0.5:
        lines += [encounter.timed("96375", 5), encounter.drug("J2405", 4)]
    yield practice.claim(encounter, lines, JUSTIFIED, diagnosis_codes=("M86.9", "B95.62"))


def concurrent(practice: Practice) -> Scenario:
    """A concurrent infusion; sometimes billed twice."""
    encounter = practice.encounter()
    lines = [encounter.timed("96365", 60)]
    encounter.back(60)
    lines.append(encounter.timed("96368", 60, practice.rng.choice((1, 1, 2))))
    lines += [encounter.drug("J0696", 4), encounter.drug("J3370", 2)]
    if practice.rng.random() < 0.2:
        lines.append(encounter.service("96368"))
    yield practice.claim(encounter, lines, JUSTIFIED, diagnosis_codes=("A41.9",))


def chemotherapy(practice: Practice) -> Scenario:
    """Premedication, chemotherapy, and sometimes hydration."""
    encounter, treatment = practice.encounter(), practice.rng.choice(CHEMOTHERAPY)
    first, second = practice.rng.sample(PREMEDICATION, 2)
    lines = [
        encounter.timed("96367", 20),
        encounter.timed("96375", 5),
        encounter.timed("96413", 60),
    ]
    hours = practice.rng.choice((0, 1, 2))
    if hours:
        lines.append(encounter.timed("96415", 60 * hours, hours))
    if practice.rng.random() < 0.6:
        lines += [encounter.timed("96361", 45), encounter.drug("J7030", 2)]
    lines += [
        encounter.drug(treatment.code, treatment.units),
        encounter.drug(first, 10),
        encounter.drug(second, 2),
    ]
    yield practice.claim(encounter, lines, JUSTIFIED, diagnosis_codes=treatment.diagnoses)


def chemotherapy_regimen(practice: Practice) -> Scenario:
    """Several chemotherapy agents, infused and pushed; sometimes by a pump over days."""
    encounter = practice.encounter()
    if practice.rng.random() < 0.3:
        lines = [
            encounter.service("96416"),
            encounter.timed("96411", 10),
            encounter.drug("J9190", 4),
        ]
    else:
        lines = [
            encounter.timed("96413", 60),
            encounter.timed("96417", 45),
            encounter.timed("96411", 10),
        ]
    lines += [encounter.drug("J9263", 130), encounter.drug("J0640", 12), encounter.drug("J9190", 2)]
    yield practice.claim(encounter, lines, diagnosis_codes=("C18.9", "Z51.11"))


def chemotherapy_push(practice: Practice) -> Scenario:
    """Chemotherapy pushed or injected."""
    encounter, treatment = practice.encounter(), practice.rng.choice(CHEMOTHERAPY_PUSHED)
    if practice.rng.random() < 0.4:
        lines = [encounter.service("96402"), encounter.drug("J9217", 3)]
    else:
        lines = [encounter.timed("96409", 10), encounter.drug(treatment.code, treatment.units)]
        lines += [encounter.timed("96375", 5), encounter.drug("J2405", 8)]
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def hydration(practice: Practice) -> Scenario:
    """Hydration only."""
    encounter = practice.encounter()
    lines = [encounter.timed("96360", 60), encounter.timed("96361", 60), encounter.drug("J7030", 2)]
    yield practice.claim(encounter, lines, (), diagnosis_codes=(practice.rng.choice(DEHYDRATED),))


def pushes(practice: Practice) -> Scenario:
    """One or two pushes."""
    encounter, treatment = practice.encounter(), practice.rng.choice(PUSHED)
    lines = [encounter.timed("96374", 5), encounter.drug(treatment.code, treatment.units)]
    if practice.rng.random() < 0.5:
        lines += [encounter.timed("96375", 5), encounter.drug("J1100", 4)]
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def injection(practice: Practice) -> Scenario:
    """An injection; sometimes with billed supplies."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INJECTED)
    lines = [encounter.service("96372"), encounter.drug(treatment.code, treatment.units)]
    if practice.rng.random() < 0.3:
        lines.append(encounter.service("A4215"))
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def under_the_skin(practice: Practice) -> Scenario:
    """A subcutaneous infusion of immune globulin by pump."""
    encounter = practice.encounter()
    lines = [encounter.timed("96369", 60), encounter.timed("96370", 60), encounter.service("96371")]
    lines.append(encounter.drug("J1559", 80))
    yield practice.claim(encounter, lines, diagnosis_codes=("D83.9",))


def many_hours(practice: Practice) -> Scenario:
    """More hours than the maximum, with or without medical necessity."""
    encounter, treatment = practice.encounter(), practice.rng.choice(LONG_INFUSED)
    lines = [
        encounter.timed("96365", 60),
        encounter.service("96366", practice.rng.choice((8, 9, 10))),
    ]
    lines.append(encounter.drug(treatment.code, treatment.units))
    reason = practice.rng.choice(((), ("medical_necessity",)))
    yield practice.claim(encounter, lines, (*REPORT, *reason), diagnosis_codes=treatment.diagnoses)


def unclassified_drug(practice: Practice) -> Scenario:
    """An unclassified drug with all required details and documents."""
    encounter = practice.encounter()
    lines = [encounter.timed("96374", 5), encounter.service("J3490", **UNCLASSIFIED)]
    documents = (*REPORT, "invoice", "medical_necessity")
    yield practice.claim(encounter, lines, documents, diagnosis_codes=("G40.909",))


def on_body_injector(practice: Practice) -> Scenario:
    """An on-body injector, which is priced By Report even with all documents."""
    encounter = practice.encounter()
    lines = [encounter.service("96377"), encounter.drug("J2506", 12)]
    yield practice.claim(encounter, lines, diagnosis_codes=("D70.1",))


def relieved(practice: Practice) -> Scenario:
    """A second physician takes over during the encounter, so the claim has two supervisors."""
    encounter = practice.encounter()
    lines = [encounter.timed("96365", 60)]
    encounter.pass_to(encounter.patient.locum)
    lines += [encounter.timed("96366", 60), encounter.drug("J1756", 300)]
    yield practice.claim(encounter, lines, diagnosis_codes=("D50.9",))


def office_visit(practice: Practice) -> Scenario:
    """An office visit: no code that the policy governs."""
    encounter = practice.encounter()
    code = practice.rng.choice(("99213", "99214", "99203"))
    lines = [encounter.service(code), encounter.service("36415")]
    yield practice.claim(encounter, lines, (), diagnosis_codes=("I10",))


def other_plan(practice: Practice) -> Scenario:
    """An infusion in another line of business."""
    encounter = practice.encounter()
    payer = practice.rng.choice(
        (LineOfBusiness.MEDICARE, LineOfBusiness.CORPORATE, LineOfBusiness.OTHER)
    )
    lines = [
        encounter.timed("96365", 60, supervision=Supervision.NOT_STATED),
        encounter.drug("J1756", 200),
    ]
    yield practice.claim(encounter, lines, (), line_of_business=payer, diagnosis_codes=("D50.9",))
