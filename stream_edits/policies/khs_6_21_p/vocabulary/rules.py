"""The shared code tables of policy 6.21-P, from the policy.yaml in this folder."""

from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream_edits.domain.claim import ClaimForm, ServiceLine
from stream_edits.domain.encounter import VisitCodes
from stream_edits.domain.normalized import four_digits
from stream_edits.policies.content.value import Categories, ContentValue
from stream_edits.policies.values.codes import (
    CodeKey,
    CodeSet,
    Modifier,
    Modifiers,
    ProcedureCode,
    RevenueCodes,
)
from stream_edits.policies.values.rules import EditRules, Minutes


class Family(StrEnum):
    """What an administration code gives."""

    CHEMOTHERAPY = "chemotherapy"
    THERAPEUTIC = "therapeutic"
    HYDRATION = "hydration"


class Technique(StrEnum):
    """How an administration code gives it."""

    INFUSION = "infusion"
    SUBCUTANEOUS_INFUSION = "subcutaneous infusion"
    PUSH = "push"
    INJECTION = "injection"
    OTHER = "other route or pump"


class Role(StrEnum):
    """The role of an administration code in the sequence of an encounter."""

    INITIAL = "initial"
    ADDITIONAL_HOUR = "additional hour"
    SEQUENTIAL = "sequential"
    SAME_DRUG = "sequential same drug"
    CONCURRENT = "concurrent"
    PUMP_SET_UP = "additional pump set-up"
    NEITHER = "neither"


class Administration(BaseModel):
    """The traits of one administration code (6.21-P, Procedure Code Definitions)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Family
    technique: Technique
    role: Role

    @property
    def is_add_on(self) -> bool:
        """Whether the code needs a primary service in its encounter."""
        return self.role not in (Role.INITIAL, Role.NEITHER)


class Rank(BaseModel):
    """One step of the hierarchy. The index of the first step that fits a code is its rank."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Family
    technique: Technique


class Visits(BaseModel):
    """How service days, modifiers and observation make visits (docs/spec/edits.md, Vocabulary).

    ``worn_home`` are administration codes of pumps that the patient takes home.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    worn_home: CodeSet
    gap_minutes: Minutes
    observation: CodeSet
    observation_revenue: RevenueCodes
    second_visit: Modifier
    otherwise: Modifier


class VocabularyRules(EditRules):
    """The shared values in force on a date.

    ``content`` says what procedure codes mean. The policy governs the codes of the categories
    ``context``. A line of a UB-04 with a code of ``unknown_drug_revenue`` and no procedure code
    bills a drug that is not named, and one of ``other_product_revenue`` no drug that is given into
    a vein, whatever NDC it carries.
    """

    administration: dict[CodeKey, Administration]
    hierarchy: Annotated[tuple[Rank, ...], Field(strict=False)]
    add_on_form: dict[CodeKey, ProcedureCode]
    initial_form: dict[CodeKey, ProcedureCode]
    separate_site_modifiers: Modifiers
    visits: Visits
    content: ContentValue
    context: Categories
    unknown_drug_revenue: RevenueCodes
    other_product_revenue: RevenueCodes

    @model_validator(mode="after")
    def _names_known_codes(self) -> Self:
        for table in (self.add_on_form, self.initial_form):
            unknown = sorted({*table, *table.values()} - set(self.administration))
            if unknown:
                raise ValueError(f"no administration code: {', '.join(unknown)}")
        return self

    def governed_codes(self) -> frozenset[str]:
        """The administration codes and the codes of the context categories."""
        return frozenset(self.administration) | self.content.codes(*self.context)

    def visit_codes(self) -> VisitCodes:
        """What tells the visits of a claim apart, and what joins the days of a stay."""
        visits = self.visits
        return VisitCodes(
            stay=frozenset(self.administration) - visits.worn_home,
            gap=timedelta(minutes=visits.gap_minutes),
            observation=visits.observation,
            observation_revenue=visits.observation_revenue,
            second_visit=visits.second_visit,
            otherwise=visits.otherwise,
        )

    def names_line(self, line: ServiceLine, form: ClaimForm) -> bool:
        """Whether the line names a drug: by a code that nobody has classified, by an NDC or drug
        name, or by a revenue code alone."""
        code = line.procedure_code
        # Nearly all lines of a payer have neither, and the property costs a call.
        if (line.ndc or line.drug_name) and line.names_drug:
            is_other = not code and self.is_other_product(line.revenue_code)
            return self.content.category_of(code) is None and not is_other
        if code:
            return self.content.is_unclassified_drug(code)
        return form is ClaimForm.UB04 and self.is_unknown_drug(line.revenue_code)

    def is_unknown_drug(self, revenue_code: str | None) -> bool:
        """Whether a revenue code without a procedure code bills a drug that is not named."""
        return bool(revenue_code) and four_digits(revenue_code or "") in self.unknown_drug_revenue

    def is_other_product(self, revenue_code: str | None) -> bool:
        """Whether a revenue code without a procedure code bills no drug given into a vein."""
        return four_digits(revenue_code or "") in self.other_product_revenue

    def rank(self, code: str) -> int | None:
        """The rank of a code in the hierarchy, 0 is the highest. None for injections and others."""
        return self._ranks.get(code)

    @cached_property
    def initials(self) -> frozenset[str]:
        """The codes of initial services."""
        return self._with_role(Role.INITIAL)

    @cached_property
    def additional_hours(self) -> frozenset[str]:
        """The codes of additional hours of an infusion."""
        return self._with_role(Role.ADDITIONAL_HOUR)

    def _with_role(self, role: Role) -> frozenset[str]:
        return frozenset(code for code, each in self.administration.items() if each.role is role)

    @cached_property
    def hydration(self) -> frozenset[str]:
        """The codes of hydration."""
        traits = self.administration.items()
        return frozenset(code for code, each in traits if each.family is Family.HYDRATION)

    @cached_property
    def add_ons(self) -> frozenset[str]:
        """The codes of services that need a primary."""
        return frozenset(code for code, each in self.administration.items() if each.is_add_on)

    @cached_property
    def _ranks(self) -> dict[str, int]:
        steps = {(s.family, s.technique): i for i, s in enumerate(self.hierarchy)}
        return {
            code: steps[traits.family, traits.technique]
            for code, traits in self.administration.items()
            if (traits.family, traits.technique) in steps
        }


VOCABULARY = VocabularyRules
