"""Infusion codes are not for injections, chemotherapy or blood (6.21-P IV.B.4)."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from stream_edits.domain.decision import EditFinding
from stream_edits.policies.content.category import Category
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.products import category_of, drug_lines
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Family
from stream_edits.policies.values.rules import CodeSet, EditRules, Outcome, ProcedureCodes

_BLOOD = frozenset({Category.BLOOD_PRODUCT, Category.TRANSFUSION})


class Product(StrEnum):
    """The excluded kinds of product. A finding names the first of them in this order."""

    CHEMOTHERAPY = "chemotherapy"
    BLOOD = "a blood product"
    VACCINE = "a vaccine"
    SUBCUTANEOUS = "a drug given under the skin"


class Rules(EditRules):
    """Values of policy.yaml.

    ``chemotherapy_form`` holds, for each code, the code to bill for chemotherapy instead.
    ``bill_instead`` describes, for each product, what to bill instead, as text for a message.
    """

    codes: ProcedureCodes
    subcutaneous_modifiers: CodeSet
    chemotherapy_form: dict[str, str]
    bill_instead: dict[Annotated[Product, Field(strict=False)], str]
    excluded: Outcome

    @model_validator(mode="after")
    def _covers_every_product(self) -> Self:
        missing = sorted(set(Product) - set(self.bill_instead))
        if missing:
            raise ValueError(f"bill_instead does not say what to bill for {', '.join(missing)}")
        return self


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny infusion codes of an encounter that bills none but excluded products."""
    billed = [line for line in encounter.open if line.code in line.policy[Rules].codes]
    product = _only_product(encounter) if billed else None
    for line in billed:
        if _is_subcutaneous(line):
            yield line, _finding(line, Product.SUBCUTANEOUS, by_modifier=True)
        elif product is not None:
            yield line, _finding(line, product, _is_billed(encounter, line, product))


def _only_product(encounter: Encounter) -> Product | None:
    """The excluded product of an encounter, None if it has an ordinary drug or no product."""
    drugs = encounter.fact(drug_lines)
    kinds = {_kind_of_drug(drug, encounter) for drug in drugs}
    if None in kinds:
        # The usual case: the encounter bills an ordinary drug.
        by_another_code = kinds == {None} and _is_vaccine_by_another_code(drugs, encounter)
        if not by_another_code or _has_vaccine(encounter):
            return None
        kinds = {Product.VACCINE}
    if any(category_of(x) in _BLOOD for x in encounter.active):
        kinds.add(Product.BLOOD)
    if _has_vaccine(encounter):
        kinds.add(Product.VACCINE)
    return next((product for product in Product if product in kinds), None)


def _has_vaccine(encounter: Encounter) -> bool:
    return any(category_of(x) is Category.VACCINE for x in encounter.active)


def _kind_of_drug(drug: EncounterLine, encounter: Encounter) -> Product | None:
    if _is_subcutaneous(drug):
        return Product.SUBCUTANEOUS
    is_chemotherapy = category_of(drug) is Category.ANTINEOPLASTIC
    if is_chemotherapy and not _has_chemotherapy_given(encounter):
        return Product.CHEMOTHERAPY
    return None


def _is_subcutaneous(line: EncounterLine) -> bool:
    return not line.modifiers.isdisjoint(line.policy[Rules].subcutaneous_modifiers)


def _has_chemotherapy_given(encounter: Encounter) -> bool:
    traits = [administration(line) for line in encounter.active]
    return any(each is not None and each.family is Family.CHEMOTHERAPY for each in traits)


def _is_vaccine_by_another_code(drugs: list[EncounterLine], encounter: Encounter) -> bool:
    """Whether the only drug must be the vaccine of a billed vaccine administration."""
    if len(drugs) > 1 or category_of(drugs[0]) is Category.ANTINEOPLASTIC:
        return False
    return any(category_of(x) is Category.VACCINE_ADMINISTRATION for x in encounter.active)


def _is_billed(encounter: Encounter, line: EncounterLine, product: Product) -> bool:
    """Whether the encounter already has a line with the code to bill instead."""
    instead = line.policy[Rules].bill_instead[product]
    return any(other.code in instead for other in encounter.active)


def _finding(
    line: EncounterLine, product: Product, is_billed: bool = False, by_modifier: bool = False
) -> EditFinding:
    rules = line.policy[Rules]
    recommended = None
    if product is Product.CHEMOTHERAPY:
        recommended = rules.chemotherapy_form.get(line.code)
    instead = rules.bill_instead[product] + (f" ({recommended})" if recommended else "")
    remedy = f"Bill {instead} instead"
    if is_billed:
        remedy = f"Take the line off: {instead} is billed already"
    otherwise = (
        "if the drug went into a vein, send a replacement claim without that modifier."
        if by_modifier
        else "if another drug was infused, send a replacement claim with that drug on a line of "
        "its own."
    )
    return rules.finding(
        rules.excluded,
        line.line_number,
        f"{line.code} was billed for {product}{' (by its modifier)' if by_modifier else ''}. The "
        f"policy says it must not be used for that. {remedy}; {otherwise}",
        recommended_code=recommended,
    )


EDIT = EncounterEdit(
    "infusion-code-for-excluded-product",
    Group.WRONG_USE,
    Rules,
    judge,
    scope=Scope.DAY,
    answerable=True,
)
