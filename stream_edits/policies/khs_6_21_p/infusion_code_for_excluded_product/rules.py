"""The values of the edit."""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from stream_edits.policies.values.codes import (
    CodeKey,
    CodeSet,
    Modifiers,
    ProcedureCode,
    RevenueCodes,
)
from stream_edits.policies.values.rules import EditRules, Outcome, ProcedureCodes


class Product(StrEnum):
    """The excluded kinds of product. A finding names the first of them in this order."""

    CHEMOTHERAPY = "chemotherapy"
    SUBCUTANEOUS = "a drug given under the skin"
    BLOOD = "a blood product"
    VACCINE = "a vaccine"


class Rules(EditRules):
    """Values of policy.yaml.

    ``other_routes`` are procedures that give an antineoplastic elsewhere than into a vein.
    ``chemotherapy_services`` give one and are no administration codes of the policy,
    ``blood_services`` give blood otherwise than by a transfusion, and ``subcutaneous_services``
    bill or include what is given under the skin. ``transfusion_revenue`` and
    ``chemotherapy_revenue`` bill the giving of blood and of chemotherapy, unless the line's code
    says something else.
    ``chemotherapy_form`` holds, for each code, the code to bill for chemotherapy instead.
    ``bill_instead`` describes, for each product, what to bill instead, as text for a message.
    ``excluded`` is the outcome of an infusion code that was billed for a product, ``unexplained``
    that of one for which the claims show only products that something else was billed for.
    """

    codes: ProcedureCodes
    subcutaneous_modifiers: Modifiers
    free_modifiers: Modifiers
    other_routes: CodeSet
    chemotherapy_services: CodeSet
    blood_services: CodeSet
    subcutaneous_services: CodeSet
    transfusion_revenue: RevenueCodes
    chemotherapy_revenue: RevenueCodes
    chemotherapy_form: dict[CodeKey, ProcedureCode]
    bill_instead: dict[Annotated[Product, Field(strict=False)], str]
    excluded: Outcome
    unexplained: Outcome

    @model_validator(mode="after")
    def _covers_every_product(self) -> Self:
        missing = sorted(set(Product) - set(self.bill_instead))
        if missing:
            raise ValueError(f"bill_instead does not say what to bill for {', '.join(missing)}")
        return self

    def explains(self, procedure_code: str, revenue_code: str) -> bool:
        """Whether a line may say how a product was given."""
        return (
            procedure_code in self._services
            or revenue_code in self.transfusion_revenue
            or revenue_code in self.chemotherapy_revenue
        )

    @cached_property
    def _services(self) -> frozenset[str]:
        return (
            self.other_routes
            | self.chemotherapy_services
            | self.blood_services
            | self.subcutaneous_services
        )
