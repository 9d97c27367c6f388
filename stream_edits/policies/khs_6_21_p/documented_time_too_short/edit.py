"""The documented times must support a code and its units (6.21-P, code definitions)."""

import math
from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding
from stream_edits.policies.contract import LineEdit
from stream_edits.policies.policy import PolicyOnDate
from stream_edits.policies.shared.clock import minutes
from stream_edits.policies.values.rules import EditRules, Minutes, Outcome


class TimeNeeded(BaseModel):
    """The minutes that the first unit of a code needs, and each further unit beyond it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    at_least: Minutes | None = None
    more_than: Minutes | None = None
    each_further_unit: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        if (self.at_least is None) == (self.more_than is None):
            raise ValueError("give either at_least or more_than")
        return self

    def supported_units(self, documented: float) -> float:
        """The whole units that the minutes support; infinite when units are not judged by time."""
        first = self.at_least or self.more_than or 0
        reached = documented >= first if self.more_than is None else documented > first
        if not reached:
            return 0.0
        if self.each_further_unit is None:
            return math.inf
        return 1.0 + (documented - first) // self.each_further_unit

    def spoken_for(self, units: float) -> str:
        """The minutes that a number of units needs, as a sentence says it."""
        if self.more_than is not None:
            bound, first = "more than", self.more_than
        else:
            bound, first = "at least", self.at_least or 0
        further = float(self.each_further_unit or 0) * (math.ceil(units) - 1)
        return f"{bound} {first + further:g} minutes"


class Rules(EditRules):
    """Values of policy.yaml."""

    minutes_needed: dict[str, TimeNeeded]
    push_form: dict[str, str]
    too_short: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The codes that have a time."""
        return frozenset(self.minutes_needed)


def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
    """Cut units back to those that the documented time supports; deny when it supports none."""
    rules = policy[Rules]
    needed = rules.minutes_needed.get(line.procedure_code)
    if needed is None or line.start_time is None or line.end_time is None:
        return
    documented = minutes(line.start_time, line.end_time)
    supported = needed.supported_units(documented)
    if line.units <= supported or not math.isfinite(line.units):
        return
    instead = None if supported else rules.push_form.get(line.procedure_code)
    yield rules.finding(
        rules.too_short,
        line.line_number,
        f"{line.procedure_code} was billed with {_units(line.units)} for {int(documented)} "
        f"documented minutes, but it needs {needed.spoken_for(line.units)} for that. "
        f"{_remedy(supported, instead)} If the times are wrong, send a replacement claim with the "
        "documented times.",
        recommended_code=instead,
        allowed_units=supported or None,
    )


def _remedy(supported: float, instead: str | None) -> str:
    if supported:
        verb = "is" if supported == 1 else "are"
        return f"{_units(supported)} {verb} allowed."
    if instead:
        return f"So short an infusion is billed as a push: bill {instead} instead."
    return "So short a service is not reported with this code; take the line off."


def _units(units: float) -> str:
    return f"{units:g} unit{'' if units == 1 else 's'}"


EDIT = LineEdit("documented-time-too-short", Rules, judge)
