"""The visits of made-up patients: what was done and how it was billed, rightly or not."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from stream_edits.demo.making import OFFICE_DOCUMENTS, Day, Maker, Member
from stream_edits.domain.claim import Attachment, ClaimEvent, LineOfBusiness, Supervision

Visit = Callable[[Maker, Member], list[ClaimEvent]]
JUSTIFIED = (*OFFICE_DOCUMENTS, "medical_justification")
_DRUG: dict[str, Any] = {
    "ndc_qualifier": "N4",
    "ndc": "00409123401",
    "drug_name": "A new drug",
    "drug_strength": "10 mg/mL",
    "drug_dosage": "50 mg",
    "drug_unit_price": Decimal("12.5000"),
}


def _day(make: Maker, member: Member) -> Day:
    starts = make.rng.choice(("08:00", "09:00", "09:30", "10:15", "11:00", "13:00", "14:30"))
    return Day(member, member.next_day(), starts)


def office_visit(make: Maker, member: Member) -> list[ClaimEvent]:
    """No infusion: not governed."""
    day = _day(make, member)
    return [make.claim(member, [day.untimed("99213"), day.untimed("36415")], ())]


def other_plan(make: Maker, member: Member) -> list[ClaimEvent]:
    """An infusion that another line of business pays."""
    day = _day(make, member)
    business = make.rng.choice([LineOfBusiness.MEDICARE, LineOfBusiness.CORPORATE])
    return [make.claim(member, [day.timed("96365", 60)], line_of_business=business)]


def iron_infusion(make: Maker, member: Member) -> list[ClaimEvent]:
    """A therapeutic infusion, an additional hour, a drug."""
    day = _day(make, member)
    lines = [day.timed("96365", 60), day.timed("96366", 45), day.untimed("J1756", 200)]
    return [make.claim(member, lines)]


def antibiotics(make: Maker, member: Member) -> list[ClaimEvent]:
    """Two drugs one after the other and a push; sometimes without the justification."""
    day = _day(make, member)
    lines = [
        day.timed("96365", 50),
        day.timed("96367", 30),
        day.untimed("96375"),
        day.untimed("J0696", 4),
        day.untimed("J3370", 2),
        day.untimed("J2405", 4),
    ]
    return [make.claim(member, lines, make.rng.choice([JUSTIFIED, OFFICE_DOCUMENTS]))]


def chemotherapy(make: Maker, member: Member) -> list[ClaimEvent]:
    """Chemotherapy with premedication and hydration."""
    day = _day(make, member)
    lines = [
        day.timed("96367", 20),
        day.untimed("96375"),
        day.timed("96413", 60),
        day.timed("96415", 100, 2),
        day.timed("96361", 40),
        day.untimed("J9267", 175),
        day.untimed("J1100", 10),
        day.untimed("J1200"),
    ]
    return [make.claim(member, lines, JUSTIFIED)]


def two_initials(make: Maker, member: Member) -> list[ClaimEvent]:
    """Premedication billed as a second initial service."""
    day = _day(make, member)
    lines = [day.timed("96365", 30), day.timed("96413", 60), day.untimed("J9035", 40)]
    modifiers = make.rng.choice([(), (), ("59",), ("XS",)])
    lines[0] = lines[0].model_copy(update={"modifiers": modifiers})
    return [make.claim(member, [*lines, day.untimed("J1200")])]


def low_initial(make: Maker, member: Member) -> list[ClaimEvent]:
    """A push billed as the initial service of an infusion."""
    day = _day(make, member)
    lines = [day.untimed("96374"), day.timed("96367", 40), day.untimed("J0696", 4)]
    return [make.claim(member, lines, JUSTIFIED)]


def hydration(make: Maker, member: Member) -> list[ClaimEvent]:
    """Fluids: long enough or not, supervised or not said."""
    day = _day(make, member)
    stated = make.rng.choice([Supervision.DIRECT, Supervision.NOT_STATED, Supervision.GENERAL])
    first = day.timed("96360", make.rng.choice([25, 31, 75]), supervision=stated)
    more = day.timed("96361", 60, make.rng.choice([1, 9]), supervision=stated)
    return [make.claim(member, [first, more, day.untimed("J7030")], ())]


def hydration_beside_infusion(make: Maker, member: Member) -> list[ClaimEvent]:
    """Fluids that ran while a drug was infused."""
    day = _day(make, member)
    drug = day.timed("96365", 60)
    day.wait(-30)
    return [make.claim(member, [drug, day.timed("96361", 60), day.untimed("J0696", 4)])]


def pushes(make: Maker, member: Member) -> list[ClaimEvent]:
    """IV pushes; sometimes too many, sometimes the same drug again in an office."""
    day = _day(make, member)
    lines = [day.untimed("96374"), day.untimed("96375", make.rng.choice([1, 3, 5]))]
    if make.rng.random() < 0.3:
        lines.append(day.untimed("96376"))
    return [make.claim(member, [*lines, day.untimed("J2270", 2), day.untimed("J2405", 4)])]


def injection(make: Maker, member: Member) -> list[ClaimEvent]:
    """An intramuscular injection with its supplies."""
    day = _day(make, member)
    lines = [day.untimed("96372"), day.untimed("J3420"), day.untimed("A4215")]
    return [make.claim(member, lines, make.rng.choice([OFFICE_DOCUMENTS, ()]))]


def immune_globulin(make: Maker, member: Member) -> list[ClaimEvent]:
    """A subcutaneous infusion."""
    day = _day(make, member)
    lines = [day.timed("96369", 60), day.timed("96370", 95, 2), day.untimed("96371")]
    return [make.claim(member, [*lines, day.untimed("J1559", 80)])]


def long_infusion(make: Maker, member: Member) -> list[ClaimEvent]:
    """More hours than the maximum, with or without the necessity."""
    day = _day(make, member)
    lines = [day.timed("96365", 60), day.untimed("96366", 10), day.untimed("J0285", 5)]
    necessity = make.rng.choice([(), ("medical_necessity",)])
    return [make.claim(member, lines, (*OFFICE_DOCUMENTS, *necessity))]


def concurrent(make: Maker, member: Member) -> list[ClaimEvent]:
    """Two bags at once, billed once or twice."""
    day = _day(make, member)
    lines = [day.timed("96365", 60), day.untimed("96368", make.rng.choice([1, 2]))]
    return [make.claim(member, [*lines, day.untimed("J0696"), day.untimed("J3370")], JUSTIFIED)]


def unclassified_drug(make: Maker, member: Member) -> list[ClaimEvent]:
    """J3490, with all it takes or without."""
    day = _day(make, member)
    if make.rng.random() < 0.5:
        drug = day.untimed("J3490", **_DRUG)
        papers: tuple[str, ...] = (*OFFICE_DOCUMENTS, "invoice", "medical_necessity")
    else:
        drug, papers = day.untimed("J3490", diagnosis_pointers=()), OFFICE_DOCUMENTS
    return [make.claim(member, [day.untimed("96374"), drug], papers)]


def contrast_imaging(make: Maker, member: Member) -> list[ClaimEvent]:
    """The push of a CT's contrast, billed beside it."""
    day = _day(make, member)
    return [make.claim(member, [day.untimed("74177"), day.untimed("96374"), day.untimed("Q9967")])]


def at_home(make: Maker, member: Member) -> list[ClaimEvent]:
    """Where the policy does not pay."""
    day = _day(make, member)
    place = make.rng.choice(["12", "21", "31", "19"])
    return [make.claim(member, [day.timed("96365", 60)], place_of_service=place)]


def incomplete(make: Maker, member: Member) -> list[ClaimEvent]:
    """A form with something missing."""
    day = _day(make, member)
    lines = [day.timed("96365", 60), day.untimed("J0696", 4)]
    fault: dict[str, Any] = make.rng.choice(
        [
            {"billing_provider_npi": "1234567890"},
            {"diagnosis_codes": ()},
            {"place_of_service": None},
            {"frequency_code": "7"},
        ]
    )
    return [make.claim(member, lines, **fault)]


def outpatient_hospital(make: Maker, member: Member) -> list[ClaimEvent]:
    """A UB-04, outpatient, emergency or inpatient."""
    day = _day(make, member)
    lines = [day.timed("96365", 60), day.timed("96366", 60), day.untimed("J0696", 4)]
    bill, admission = make.rng.choice(
        [("131", None), ("0131", "3"), ("111", "3"), ("141", "1"), ("141", None)]
    )
    return [make.hospital_claim(member, lines, bill, admission_type=admission)]


def monthly_hospital(make: Maker, member: Member) -> list[ClaimEvent]:
    """A recurring UB-04 with three encounters on it."""
    days = [_day(make, member) for _ in range(3)]
    lines = [
        line
        for day in days
        for line in (day.timed("96413", 60), day.timed("96415", 60), day.untimed("J9299", 240))
    ]
    return [make.hospital_claim(member, lines, "131")]


def past_midnight(make: Maker, member: Member) -> list[ClaimEvent]:
    """An infusion that goes on past midnight, its further hours dated the next day."""
    day = Day(member, member.next_day(), "23:10")
    first = day.timed("96365", 60)
    second = day.timed("96366", 60)
    second = second.model_copy(update={"service_date": day.day + timedelta(days=1)})
    return [make.hospital_claim(member, [first, second, day.untimed("J0696", 4)], "131")]


def split_visit(make: Maker, member: Member) -> list[ClaimEvent]:
    """One encounter on two claims, in either order."""
    day = _day(make, member)
    claims = [
        make.claim(member, [day.timed("96365", 60), day.untimed("J0696", 4)]),
        make.claim(member, [day.timed("96366", 60)]),
    ]
    if make.rng.random() < 0.5:
        claims.reverse()
    return claims


def missing_papers(make: Maker, member: Member) -> list[ClaimEvent]:
    """A document that covers one line only."""
    day = _day(make, member)
    lines = [day.timed("96365", 60), day.timed("96366", 40), day.untimed("J1756", 200)]
    partly = Attachment(kind="supervision_documentation", line_numbers=(1,))
    return [make.claim(member, lines, (partly, "by_report"))]
