"""What happens in offices, mostly billed as it should be."""

from stream_edits.domain.claim import LineOfBusiness, Supervision
from stream_edits.synthetic.claim_factory import JUSTIFIED, REPORT, Practice, Story
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


def infusion(practice: Practice) -> Story:
    """One drug by infusion, an hour or two."""
    visit, given = practice.visit(), practice.rng.choice(INFUSED)
    lines = [visit.timed("96365", practice.rng.choice((35, 50, 60)))]
    if practice.rng.random() < 0.5:
        lines.append(visit.timed("96366", practice.rng.choice((40, 60))))
    lines.append(visit.drug(given.code, given.units))
    yield practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def antibiotics(practice: Practice) -> Story:
    """Two drugs one after the other, with the justification for the second."""
    visit = practice.visit()
    lines = [
        visit.timed("96365", 60),
        visit.timed("96367", 45),
        visit.drug("J3370", 2),
        visit.drug("J0696", 8),
    ]
    if practice.rng.random() < 0.5:
        lines += [visit.timed("96375", 5), visit.drug("J2405", 4)]
    yield practice.claim(visit, lines, JUSTIFIED, diagnosis_codes=("M86.9", "B95.62"))


def concurrent(practice: Practice) -> Story:
    """Two bags at once; sometimes billed twice."""
    visit = practice.visit()
    lines = [visit.timed("96365", 60)]
    visit.back(60)
    lines.append(visit.timed("96368", 60, practice.rng.choice((1, 1, 2))))
    lines += [visit.drug("J0696", 4), visit.drug("J3370", 2)]
    if practice.rng.random() < 0.2:
        lines.append(visit.service("96368"))
    yield practice.claim(visit, lines, JUSTIFIED, diagnosis_codes=("A41.9",))


def chemotherapy(practice: Practice) -> Story:
    """Premedication, chemotherapy, hydration afterwards."""
    visit, given = practice.visit(), practice.rng.choice(CHEMOTHERAPY)
    first, second = practice.rng.sample(PREMEDICATION, 2)
    lines = [visit.timed("96367", 20), visit.timed("96375", 5), visit.timed("96413", 60)]
    hours = practice.rng.choice((0, 1, 2))
    if hours:
        lines.append(visit.timed("96415", 60 * hours, hours))
    if practice.rng.random() < 0.6:
        lines += [visit.timed("96361", 45), visit.drug("J7030", 2)]
    lines += [visit.drug(given.code, given.units), visit.drug(first, 10), visit.drug(second, 2)]
    yield practice.claim(visit, lines, JUSTIFIED, diagnosis_codes=given.diagnoses)


def chemotherapy_regimen(practice: Practice) -> Story:
    """Several agents: infused, then pushed; once in a while through a pump for days."""
    visit = practice.visit()
    if practice.rng.random() < 0.3:
        lines = [visit.service("96416"), visit.timed("96411", 10), visit.drug("J9190", 4)]
    else:
        lines = [visit.timed("96413", 60), visit.timed("96417", 45), visit.timed("96411", 10)]
    lines += [visit.drug("J9263", 130), visit.drug("J0640", 12), visit.drug("J9190", 2)]
    yield practice.claim(visit, lines, diagnosis_codes=("C18.9", "Z51.11"))


def chemotherapy_push(practice: Practice) -> Story:
    """Chemotherapy pushed or injected."""
    visit, given = practice.visit(), practice.rng.choice(CHEMOTHERAPY_PUSHED)
    if practice.rng.random() < 0.4:
        lines = [visit.service("96402"), visit.drug("J9217", 3)]
    else:
        lines = [visit.timed("96409", 10), visit.drug(given.code, given.units)]
        lines += [visit.timed("96375", 5), visit.drug("J2405", 8)]
    yield practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def hydration(practice: Practice) -> Story:
    """Fluids alone."""
    visit = practice.visit()
    lines = [visit.timed("96360", 60), visit.timed("96361", 60), visit.drug("J7030", 2)]
    yield practice.claim(visit, lines, (), diagnosis_codes=(practice.rng.choice(DEHYDRATED),))


def pushes(practice: Practice) -> Story:
    """One or two drugs by push."""
    visit, given = practice.visit(), practice.rng.choice(PUSHED)
    lines = [visit.timed("96374", 5), visit.drug(given.code, given.units)]
    if practice.rng.random() < 0.5:
        lines += [visit.timed("96375", 5), visit.drug("J1100", 4)]
    yield practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def injection(practice: Practice) -> Story:
    """An injection; supplies are sometimes billed beside it."""
    visit, given = practice.visit(), practice.rng.choice(INJECTED)
    lines = [visit.service("96372"), visit.drug(given.code, given.units)]
    if practice.rng.random() < 0.3:
        lines.append(visit.service("A4215"))
    yield practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def under_the_skin(practice: Practice) -> Story:
    """Immune globulin by pump under the skin."""
    visit = practice.visit()
    lines = [visit.timed("96369", 60), visit.timed("96370", 60), visit.service("96371")]
    lines.append(visit.drug("J1559", 80))
    yield practice.claim(visit, lines, diagnosis_codes=("D83.9",))


def many_hours(practice: Practice) -> Story:
    """More hours than the policy pays, with or without the reason."""
    visit, given = practice.visit(), practice.rng.choice(LONG_INFUSED)
    lines = [visit.timed("96365", 60), visit.service("96366", practice.rng.choice((8, 9, 10)))]
    lines.append(visit.drug(given.code, given.units))
    reason = practice.rng.choice(((), ("medical_necessity",)))
    yield practice.claim(visit, lines, (*REPORT, *reason), diagnosis_codes=given.diagnoses)


def unclassified_drug(practice: Practice) -> Story:
    """A drug without a code of its own, with all that takes."""
    visit = practice.visit()
    lines = [visit.timed("96374", 5), visit.service("J3490", **UNCLASSIFIED)]
    papers = (*REPORT, "invoice", "medical_necessity")
    yield practice.claim(visit, lines, papers, diagnosis_codes=("G40.909",))


def on_body_injector(practice: Practice) -> Story:
    """Priced by report even when everything is there."""
    visit = practice.visit()
    lines = [visit.service("96377"), visit.drug("J2506", 12)]
    yield practice.claim(visit, lines, diagnosis_codes=("D70.1",))


def relieved(practice: Practice) -> Story:
    """A second physician takes over during the visit: the claim has two supervisors."""
    visit = practice.visit()
    lines = [visit.timed("96365", 60)]
    visit.pass_to(visit.patient.locum)
    lines += [visit.timed("96366", 60), visit.drug("J1756", 300)]
    yield practice.claim(visit, lines, diagnosis_codes=("D50.9",))


def office_visit(practice: Practice) -> Story:
    """Nothing that the policy governs."""
    visit = practice.visit()
    code = practice.rng.choice(("99213", "99214", "99203"))
    lines = [visit.service(code), visit.service("36415")]
    yield practice.claim(visit, lines, (), diagnosis_codes=("I10",))


def other_plan(practice: Practice) -> Story:
    """An infusion that another line of business pays for."""
    visit = practice.visit()
    payer = practice.rng.choice(
        (LineOfBusiness.MEDICARE, LineOfBusiness.CORPORATE, LineOfBusiness.OTHER)
    )
    lines = [
        visit.timed("96365", 60, supervision=Supervision.NOT_STATED),
        visit.drug("J1756", 200),
    ]
    yield practice.claim(visit, lines, (), line_of_business=payer, diagnosis_codes=("D50.9",))
