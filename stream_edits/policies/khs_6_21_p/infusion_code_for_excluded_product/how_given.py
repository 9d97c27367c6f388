"""How the chemotherapy or blood of a day was given, as its claims say it."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from stream_edits.policies.content.category import Category
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.infusion_code_for_excluded_product.rules import Rules
from stream_edits.policies.khs_6_21_p.vocabulary.lines import services_beside
from stream_edits.policies.khs_6_21_p.vocabulary.primaries import shows_emergency
from stream_edits.policies.khs_6_21_p.vocabulary.products import (
    category_of,
    is_item_or_administration,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Family, VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.codes import RevenueCodes

# A drug may be posted on the day before or after it was given. An emergency goes on over midnight.
_POSTED = timedelta(days=1)
# A pump that is worn home is filled for some days.
_WORN = timedelta(days=7)


def has_another_route(encounter: Encounter) -> bool:
    """Whether a claim bills a procedure by which the day's antineoplastic was given."""
    routes = encounter.lines[0].policy[Rules].other_routes
    return any(service.code in routes for service in encounter.fact(services_beside))


def is_transfusion_billed(encounter: Encounter) -> bool:
    """Whether the giving of blood was billed, by a code or in a hospital's revenue line."""
    if any(_is_transfusion(line) for line in encounter.lines):
        return True
    if _is_in_revenue(encounter, encounter.lines[0].policy[Rules].transfusion_revenue):
        return True
    return _is_billed_on_another_day(encounter, _is_transfusion, Category.BLOOD_PRODUCT)


def is_chemotherapy_billed(encounter: Encounter) -> bool:
    """Whether the giving of chemotherapy was billed, on a line denied or held as well."""
    if any(_is_chemotherapy(line) for line in encounter.lines):
        return True
    if _is_in_revenue(encounter, encounter.lines[0].policy[Rules].chemotherapy_revenue):
        return True
    return _is_held_for_its_dates(encounter) or _is_billed_on_another_day(
        encounter, _is_chemotherapy, Category.ANTINEOPLASTIC
    )


def subcutaneous_billed(encounter: Encounter) -> list[str]:
    """The codes of the day that bill or include what is given under the skin, in order."""
    codes = encounter.lines[0].policy[Rules].subcutaneous_services
    return sorted({x.code for x in encounter.fact(services_beside) if x.code in codes})


def _is_in_revenue(encounter: Encounter, revenue: RevenueCodes) -> bool:
    """Whether a line has one of the revenue codes, and no code that says that it is another."""
    policy = encounter.lines[0].policy
    return any(
        each.revenue_code in revenue and not is_item_or_administration(policy, each.code)
        for each in encounter.fact(services_beside)
    )


def _is_held_for_its_dates(encounter: Encounter) -> bool:
    """Whether chemotherapy over several days was billed. Its line is not one of the encounter."""
    claims = {x.claim_id: (x.claim, x.policy) for x in encounter.lines if x.claim is not None}
    days = {line.service_date for line in encounter.lines}
    return any(
        service.spans_days
        and _gives_chemotherapy(policy, service.procedure_code)
        and _is_near(
            service.service_date,
            service.service_date_through or service.service_date,
            days,
            _posted(policy, service.procedure_code),
        )
        for claim, policy in claims.values()
        for service in claim.lines
    )


def _is_billed_on_another_day(
    encounter: Encounter, gives: Callable[[EncounterLine], bool], product: Category
) -> bool:
    """Whether a claim of the day bills on another day what may have given the product of this day.

    ``gives`` is true of a line that gives such a product.
    """
    given = [line for line in _of_other_days(encounter) if gives(line)]
    if not given:
        return False
    emergencies = encounter.fact(_emergencies)
    with_a_drug = {
        (line.claim_id, line.service_date)
        for line in encounter.around.lines
        if category_of(line) is product
    }
    days = {line.service_date for line in encounter.lines}
    for line in given:
        first, reach = line.service_date, _posted(line.policy, line.code)
        if (line.claim_id, first) in with_a_drug:
            if line.claim_id not in emergencies:
                continue
            reach = _POSTED
        if _is_near(first, first, days, reach):
            return True
    return False


def _emergencies(encounter: Encounter) -> frozenset[str]:
    """The open claims of the day that show an emergency or observation, by id."""
    claims = {x.claim_id: (x.policy, x.claim) for x in encounter.lines if x.claim is not None}
    return frozenset(each for each, claim in claims.items() if shows_emergency(*claim))


def _of_other_days(encounter: Encounter) -> list[EncounterLine]:
    """The lines of other days of the claims of a day."""
    claim_ids = {line.claim_id for line in encounter.lines}
    days = {line.service_date for line in encounter.lines}
    return [
        line
        for line in encounter.around.lines
        if line.claim_id in claim_ids and line.service_date not in days
    ]


def _posted(policy: PolicyOnDate, code: str) -> timedelta:
    """How long after a service its product may be posted."""
    return _WORN if code in policy[VocabularyRules].visits.worn_home else _POSTED


def _is_near(first: date, last: date, days: Iterable[date], reach: timedelta) -> bool:
    """Whether a service of these dates may have given what is posted on one of the days, at most
    ``reach`` after it."""
    return any(first - day <= _POSTED and day - last <= reach for day in days)


def _is_chemotherapy(line: EncounterLine) -> bool:
    return _gives_chemotherapy(line.policy, line.code)


def _is_transfusion(line: EncounterLine) -> bool:
    return (
        category_of(line) is Category.TRANSFUSION or line.code in line.policy[Rules].blood_services
    )


def _gives_chemotherapy(policy: PolicyOnDate, code: str) -> bool:
    if code in policy[Rules].chemotherapy_services:
        return True
    traits = policy[VocabularyRules].administration.get(code)
    return traits is not None and traits.family is Family.CHEMOTHERAPY
