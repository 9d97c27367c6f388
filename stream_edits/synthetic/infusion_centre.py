"""Scenarios of infusion centres: drugs from a pharmacy, plasma derivatives, visits twice a day."""

from dataclasses import replace

from stream_edits.domain.claim import ServiceLine
from stream_edits.synthetic.claim_factory import REPORT, Pause, Practice, Scenario
from stream_edits.synthetic.drugs import INFUSED, LONG_INFUSED


def drug_from_a_pharmacy(practice: Practice) -> Scenario:
    """A specialty pharmacy bills the drug, so the claim has the infusion only."""
    encounter = practice.encounter()
    treatment = practice.rng.choice(LONG_INFUSED)
    lines = [encounter.timed("96365", 60), encounter.timed("96366", 60)]
    if practice.rng.random() < 0.4:
        lines += [encounter.service("90686"), encounter.service("90471")]
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def vaccine_beside(practice: Practice) -> Scenario:
    """An infusion, and a free vaccine at the same visit: only its administration is billed."""
    encounter, treatment = practice.encounter(), practice.rng.choice(LONG_INFUSED)
    lines = [encounter.timed("96365", 60), encounter.timed("96366", 60)]
    lines += [encounter.drug(treatment.code, treatment.units), encounter.service("90471")]
    if practice.rng.random() < 0.5:
        lines.append(encounter.service("90686", modifiers=("SL",)))
    yield practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def albumin(practice: Practice) -> Scenario:
    """Albumin is infused, not transfused; red cells beside it are transfused."""
    encounter = practice.encounter()
    lines = [encounter.timed("96365", 60), encounter.drug("P9047", 4)]
    if practice.rng.random() < 0.3:
        lines += [encounter.service("36430"), encounter.drug("P9016", 1)]
    yield practice.claim(encounter, lines, diagnosis_codes=("K74.60", "R18.8"))


def twice_a_day(practice: Practice) -> Scenario:
    """Two visits on one day: the second has modifier XE, on the same claim or a later one."""
    encounter, treatment = practice.encounter(), practice.rng.choice(INFUSED)
    first = [encounter.timed("96365", 45), encounter.drug(treatment.code, treatment.units)]
    encounter.back(-240)
    second = [encounter.timed("96365", 45), encounter.drug(treatment.code, treatment.units)]
    second = [_second_visit(line) for line in second]
    if practice.rng.random() < 0.5:
        yield practice.claim(encounter, first + second, diagnosis_codes=treatment.diagnoses)
        return
    yield practice.claim(encounter, first, diagnosis_codes=treatment.diagnoses)
    yield Pause(practice.rng.randint(1, 20))
    yield practice.claim(encounter, second, diagnosis_codes=treatment.diagnoses)


def drug_billed_later(practice: Practice) -> Scenario:
    """A contrast study and a push; the drug of the push is on a later claim."""
    encounter = practice.encounter()
    lines = [encounter.timed("96374", 5), encounter.service("74177"), encounter.drug("Q9967", 100)]
    yield practice.claim(encounter, lines, REPORT, diagnosis_codes=("R10.9",))
    yield Pause(practice.rng.randint(1, 20))
    yield practice.claim(encounter, [encounter.drug("J2405", 4)], diagnosis_codes=("R10.9",))


def _second_visit(line: ServiceLine) -> ServiceLine:
    return replace(line, modifiers=("XE",))
