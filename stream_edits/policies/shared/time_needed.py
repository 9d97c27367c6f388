"""The minutes that the units of a code need."""

import math
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream_edits.policies.values.rules import Minutes
from stream_edits.text import counted


class TimeNeeded(BaseModel):
    """The minutes that the first unit of a code needs, and those of each further unit.

    Further units need no time unless ``each_further_unit`` is set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    at_least: Minutes | None = None
    more_than: Minutes | None = None
    each_further_unit: Annotated[Minutes, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        if (self.at_least is None) == (self.more_than is None):
            raise ValueError("give either at_least or more_than")
        return self

    @property
    def first_unit(self) -> int:
        """The bound of the first unit, in minutes."""
        return self.at_least or self.more_than or 0

    def supported_units(self, documented: float) -> float:
        """The whole units that the minutes support; infinite if further units need no time."""
        beyond = documented - self.first_unit
        if beyond < 0 or (beyond == 0 and self.more_than is not None):
            return 0.0
        if self.each_further_unit is None:
            return math.inf
        # The bound itself is enough for "at least", but not for "more than".
        if self.more_than is not None:
            return -(-beyond // self.each_further_unit)
        return 1.0 + beyond // self.each_further_unit

    def in_words(self, units: float, beside: float = 0.0) -> str:
        """The minutes that a number of units needs, and ``beside`` others, as text."""
        bound = "more than" if self.more_than is not None else "at least"
        further = float(self.each_further_unit or 0) * (math.ceil(units) - 1)
        return f"{bound} {counted(self.first_unit + further + beside, 'minutes')}"
