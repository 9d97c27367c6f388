"""What billing offices get wrong on one claim."""

from dataclasses import replace
from typing import Any

from stream_edits.domain.claim import Attachment, Supervision
from stream_edits.synthetic.claim_factory import JUSTIFIED, REPORT, Practice, Story
from stream_edits.synthetic.drugs import DEHYDRATED, INFUSED, PUSHED, UNCLASSIFIED


def second_initial(practice: Practice) -> Story:
    """Premedication billed as an initial service beside chemotherapy; perhaps as a second site."""
    visit = practice.visit()
    site: tuple[str, ...] = practice.rng.choice(((), (), ("59",), ("XS",)))
    lines = [
        visit.timed("96365", 30, modifiers=site),
        visit.timed("96413", 60),
        visit.drug("J1200", 1),
        visit.drug("J9271", 200),
    ]
    # A document for the other line only: the second site is left without its reason.
    papers = (Attachment(kind="by_report", line_numbers=(2,)), "supervision_documentation")
    documents = practice.rng.choice((REPORT, papers))
    yield practice.claim(visit, lines, documents, diagnosis_codes=("C34.90", "Z51.12"))


def low_initial(practice: Practice) -> Story:
    """The initial code is not the one of the highest-ranked service."""
    visit = practice.visit()
    lines = practice.rng.choice(
        (
            lambda: [visit.timed("96374", 5), visit.timed("96367", 45)],
            lambda: [visit.timed("96360", 45), visit.timed("96375", 5)],
            lambda: [visit.timed("96365", 30), visit.timed("96417", 60), visit.drug("J9271", 200)],
        )
    )()
    lines += [visit.drug("J0696", 4), visit.drug("J2405", 4)]
    yield practice.claim(visit, lines, JUSTIFIED, diagnosis_codes=("A41.9",))


def twice_the_initial(practice: Practice) -> Story:
    """Two units of an initial service."""
    visit, given = practice.visit(), practice.rng.choice(INFUSED)
    lines = [visit.timed("96365", 60, 2), visit.drug(given.code, given.units)]
    yield practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def too_short(practice: Practice) -> Story:
    """Times that do not carry the code or its units."""
    visit, given = practice.visit(), practice.rng.choice(INFUSED)
    if practice.rng.random() < 0.5:
        lines = [visit.timed("96365", 12)]
    else:
        lines = [visit.timed("96365", 60), visit.timed("96366", 70, 2)]
    lines.append(visit.drug(given.code, given.units))
    yield practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def missing_documents(practice: Practice) -> Story:
    """The reports or the justification are missing, or cover one line only."""
    visit = practice.visit()
    lines = [visit.timed("96365", 60), visit.timed("96367", 30), visit.drug("J3370", 2)]
    lines.append(visit.drug("J0696", 4))
    partly = Attachment(kind="supervision_documentation", line_numbers=(1,))
    documents: tuple[str | Attachment, ...] = practice.rng.choice(
        ((), REPORT, ("by_report",), (partly, "by_report", "medical_justification"))
    )
    yield practice.claim(visit, lines, documents, diagnosis_codes=("L03.115",))


def general_supervision(practice: Practice) -> Story:
    """The physician was not in reach."""
    visit, given = practice.visit(), practice.rng.choice(INFUSED)
    loose = practice.rng.choice((Supervision.GENERAL, Supervision.NONE))
    lines = [visit.timed("96365", 60, supervision=loose), visit.drug(given.code, given.units)]
    yield practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def loose_hydration(practice: Practice) -> Story:
    """Fluids: too short, unsupervised, without a word on it, or beside an infusion."""
    visit = practice.visit()
    kind = practice.rng.randrange(4)
    if kind == 0:
        lines = [visit.timed("96360", 25)]
    elif kind == 1:
        lines = [visit.timed("96360", 60, supervision=Supervision.GENERAL)]
    elif kind == 2:
        lines = [visit.timed("96360", 60, supervision=Supervision.NOT_STATED)]
    else:
        lines = [visit.timed("96365", 60), visit.drug("J0696", 4)]
        visit.back(practice.rng.choice((60, 30)))
        lines.append(visit.timed("96361", 60))
    lines.append(visit.drug("J7030", 2))
    documents = () if kind == 2 else REPORT
    diagnosis = (practice.rng.choice(DEHYDRATED),)
    yield practice.claim(visit, lines, documents, diagnosis_codes=diagnosis)


def over_maximum(practice: Practice) -> Story:
    """Pushes beyond the maximum; in an office, the same drug once more."""
    visit, given = practice.visit(), practice.rng.choice(PUSHED)
    lines = [visit.timed("96374", 5), visit.service("96375", practice.rng.choice((3, 4, 6)))]
    if practice.rng.random() < 0.4:
        lines.append(visit.service("96376"))
    lines += [visit.drug(given.code, given.units), visit.drug("J1100", 4)]
    reason = practice.rng.choice(((), ("medical_necessity",)))
    yield practice.claim(visit, lines, (*REPORT, *reason), diagnosis_codes=given.diagnoses)


def solutions_and_supplies(practice: Practice) -> Story:
    """Local solution codes with what they include, and things billed beside an infusion."""
    visit, given = practice.visit(), practice.rng.choice(INFUSED)
    lines = [visit.timed("96365", 60), visit.drug(given.code, given.units)]
    lines += [visit.service("X7700", practice.rng.choice((1, 2))), visit.service("X7702")]
    lines.append(visit.service(practice.rng.choice(("A4222", "36000", "96523", "36591"))))
    yield practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def wrong_place(practice: Practice) -> Story:
    """At home, in hospital, in a nursing facility, or somewhere the policy does not list."""
    visit, given = practice.visit(), practice.rng.choice(INFUSED)
    place = practice.rng.choice(("12", "21", "31", "32", "19"))
    lines = [visit.timed("96365", 60), visit.drug(given.code, given.units)]
    yield practice.claim(visit, lines, place_of_service=place, diagnosis_codes=given.diagnoses)


def incomplete_form(practice: Practice) -> Story:
    """A form with something missing or impossible on it."""
    visit, given = practice.visit(), practice.rng.choice(INFUSED)
    lines = [visit.timed("96365", 60), visit.drug(given.code, given.units)]
    without_units = replace(lines[0], units=0.0)
    fault: dict[str, Any] = practice.rng.choice(
        (
            {"billing_provider_npi": ""},
            {"billing_provider_npi": "1234567890"},
            {"diagnosis_codes": ()},
            {"place_of_service": None},
            {"frequency_code": "7"},
            {"lines": (without_units,)},
            {"statement_through": visit.day.replace(year=2024)},
        )
    )
    claim = practice.claim(visit, lines, diagnosis_codes=given.diagnoses)
    yield replace(claim, **fault)


def incomplete_unclassified(practice: Practice) -> Story:
    """J3490 without what it takes, or hidden in a supply code."""
    visit = practice.visit()
    left_out = practice.rng.choice(("ndc", "drug_name", "drug_unit_price", "ndc_qualifier"))
    known = {name: value for name, value in UNCLASSIFIED.items() if name != left_out}
    code = practice.rng.choice(("J3490", "J3490", "99070", "Z7610"))
    whole = UNCLASSIFIED if practice.rng.random() < 0.3 else known
    lines = [visit.timed("96374", 5), visit.service(code, **whole)]
    yield practice.claim(visit, lines, diagnosis_codes=("G40.909",))


def wrong_product(practice: Practice) -> Story:
    """Infusion codes for chemotherapy, blood, or a drug given under the skin."""
    visit = practice.visit()
    lines = practice.rng.choice(
        (
            lambda: [visit.timed("96365", 60), visit.drug("J9267", 175)],
            lambda: [visit.timed("96365", 60), visit.service("36430"), visit.drug("P9016", 2)],
            lambda: [visit.timed("96365", 30, modifiers=("JB",)), visit.drug("J1559", 40)],
        )
    )()
    yield practice.claim(visit, lines, diagnosis_codes=("D64.9",))


def contrast(practice: Practice) -> Story:
    """The push of the contrast beside its imaging study."""
    visit = practice.visit()
    lines = [visit.service("74177"), visit.service("96374"), visit.drug("Q9967", 100)]
    yield practice.claim(visit, lines, diagnosis_codes=("R10.9",))
