"""The policy.yaml of an edit, as it is written."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Dated(BaseModel):
    """A value that holds from a date on, and its reference."""

    model_config = ConfigDict(extra="forbid", strict=True)
    value: Any
    reference: str = Field(min_length=1)


class PlanDated(Dated):
    """A plan's value from a date on: a change of the value in force, or all of it (``replace``)."""

    replace: bool = False


class EditFile(BaseModel):
    """The policy.yaml of an edit: id, section, text of the paragraph, and dated values.

    An edit of YAML alone names its ``shape`` (``policies/shapes/``), and may say over what it
    counts (``scope``), whose move a claim is that it pends, and its messages in its own words.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    title: str = Field(min_length=1)
    section: str = Field(min_length=1)
    text: str = Field(min_length=1)
    choices: list[str] = []
    shape: str | None = None
    scope: Literal["encounter", "day"] | None = None
    waits_for: Literal["PROVIDER", "PAYER", "CLAIM"] | None = None
    messages: dict[str, str] = {}
    values: dict[str, dict[date, Dated]]
