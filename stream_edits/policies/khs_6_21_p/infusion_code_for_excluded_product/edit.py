"""Infusion codes are not for injections, chemotherapy or blood (6.21-P IV.B.4)."""

from collections.abc import Iterator
from typing import NamedTuple

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.content.category import Category
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.infusion_code_for_excluded_product import messages
from stream_edits.policies.khs_6_21_p.infusion_code_for_excluded_product.how_given import (
    has_another_route,
    is_chemotherapy_billed,
    is_transfusion_billed,
    subcutaneous_billed,
)
from stream_edits.policies.khs_6_21_p.infusion_code_for_excluded_product.leading_lines import (
    LeadingLines,
)
from stream_edits.policies.khs_6_21_p.infusion_code_for_excluded_product.rules import (
    Product,
    Rules,
)
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    has_separate_site,
    unanswered,
)
from stream_edits.policies.khs_6_21_p.vocabulary.local_anaesthesia import (
    without_local_anaesthesia,
)
from stream_edits.policies.khs_6_21_p.vocabulary.products import (
    categories,
    category_of,
    claims_behind,
    drug_lines,
    drugs_given,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.khs_6_21_p.vocabulary.ways import ANOTHER_DRUG, a_drug
from stream_edits.policies.values.rules import Outcome
from stream_edits.policies.ways import Ways


class Shown(NamedTuple):
    """What the products of a day show: the kind, the claims that show it, and whether to hold."""

    product: Product
    claim_ids: frozenset[str]
    is_held: bool = False


def _shown(product: Product, lines: list[EncounterLine], is_held: bool = False) -> Shown:
    return Shown(product, frozenset(x.claim_id for x in lines), is_held)


# Drugs that may be given otherwise than by an infusion code.
_NOT_ORDINARY = {Category.ANTINEOPLASTIC, Category.LOCAL_ANAESTHETIC}
_BLOOD_OR_VACCINE = {Category.BLOOD_PRODUCT, Category.TRANSFUSION, Category.VACCINE}


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny or hold infusion codes of a day that bills none but excluded products."""
    billed = [line for line in encounter.open if line.code in line.policy[Rules].codes]
    shown = _only_products(encounter) if billed else None
    for line in billed:
        if _is_subcutaneous(line):
            by_itself = _shown(Product.SUBCUTANEOUS, [line])
            yield line, _denial(line, by_itself, encounter, by_modifier=True)
        elif shown is not None and not shown.is_held:
            yield line, _denial(line, shown, encounter)
        elif shown is not None and (outcome := unanswered(line, line.policy[Rules].unexplained)):
            yield line, _hold(line, shown, outcome)


def _only_products(encounter: Encounter) -> Shown | None:
    """The excluded product of a day, None if it has an ordinary drug or no product."""
    for drug in encounter.fact(drug_lines):
        # Most days have one, and nothing else is asked of them.
        if category_of(drug) not in _NOT_ORDINARY and not _is_subcutaneous(drug):
            return None
    given = without_local_anaesthesia(encounter, encounter.fact(drugs_given))
    kinds = {drug.position: _kind_of_drug(drug, encounter) for drug in given}
    if None in kinds.values():
        return None
    drugs = [x for x in encounter.fact(drug_lines) if encounter.is_active(x)]
    for product in Product:
        shown = [x for x in drugs if kinds.get(x.position) is product]
        if shown:
            return _shown(product, shown)
    if encounter.fact(categories).isdisjoint(_BLOOD_OR_VACCINE):
        return None
    return _blood(encounter) or _vaccine(encounter)


def _kind_of_drug(drug: EncounterLine, encounter: Encounter) -> Product | None:
    if _is_subcutaneous(drug):
        return Product.SUBCUTANEOUS
    is_chemotherapy = category_of(drug) is Category.ANTINEOPLASTIC
    if is_chemotherapy and not encounter.fact(is_chemotherapy_billed):
        return None if encounter.fact(has_another_route) else Product.CHEMOTHERAPY
    return None


def _is_subcutaneous(line: EncounterLine) -> bool:
    return not line.modifiers.isdisjoint(line.policy[Rules].subcutaneous_modifiers)


def _blood(encounter: Encounter) -> Shown | None:
    """Blood that the infusion code was billed for, or that was also billed as a transfusion."""
    kinds = (Category.BLOOD_PRODUCT, Category.TRANSFUSION)
    blood = [line for line in encounter.active if category_of(line) in kinds]
    if not blood:
        return None
    return _shown(Product.BLOOD, blood, encounter.fact(is_transfusion_billed))


def _vaccine(encounter: Encounter) -> Shown | None:
    """A vaccine that was paid for, and whose giving nobody has billed."""
    vaccines = [
        line
        for line in encounter.active
        if category_of(line) is Category.VACCINE
        and line.modifiers.isdisjoint(line.policy[Rules].free_modifiers)
    ]
    given = any(category_of(line) is Category.VACCINE_ADMINISTRATION for line in encounter.lines)
    return _shown(Product.VACCINE, vaccines, is_held=True) if vaccines and not given else None


def _chemotherapy_code(line: EncounterLine, encounter: Encounter) -> str | None:
    """The chemotherapy code to bill instead: the initial one for one line of each visit only.

    It is the first line with an initial code, or else the first sequential infusion.
    """
    words = line.policy[VocabularyRules]
    code = line.policy[Rules].chemotherapy_form.get(line.code)
    if code is None or has_separate_site(line):
        return code
    leading = encounter.fact(LeadingLines)
    if leading.of_visit(line, line.policy[Rules].chemotherapy_form) is line:
        return words.initial_form.get(code, code)
    return words.add_on_form.get(code, code)


def _denial(
    line: EncounterLine, shown: Shown, encounter: Encounter, by_modifier: bool = False
) -> EditFinding:
    rules, product, recommended = line.policy[Rules], shown.product, None
    if product is Product.CHEMOTHERAPY:
        recommended = _chemotherapy_code(line, encounter)
    remedy = messages.bill_instead(rules.bill_instead[product], recommended)
    # Who bills again what is billed already is paid twice.
    if product is Product.SUBCUTANEOUS and (billed := encounter.fact(subcutaneous_billed)):
        remedy = messages.take_off(line.code, billed)
    return rules.finding(
        rules.excluded,
        line.line_number,
        messages.excluded(line.code, product, remedy, by_modifier=by_modifier),
        recommended_code=recommended,
        related_claim_ids=claims_behind(line, shown.claim_ids),
    )


def _hold(line: EncounterLine, shown: Shown, outcome: Outcome) -> EditFinding:
    rules, product = line.policy[Rules], shown.product
    given = f"without {rules.bill_instead[product]}"
    if product is Product.BLOOD:
        given = "whose own administration was billed"
    return rules.finding(
        outcome,
        line.line_number,
        messages.unexplained(line.code, product, given, outcome),
        related_claim_ids=claims_behind(line, shown.claim_ids),
    )


EDIT = EncounterEdit(
    "infusion-code-for-excluded-product",
    Group.WRONG_USE,
    Rules,
    judge,
    scope=Scope.DAY,
    answerable=True,
    counts_as_recommended=True,
    waits_for=WaitsFor.PROVIDER,
    ways=Ways(services=a_drug, services_in_words=ANOTHER_DRUG),
)
