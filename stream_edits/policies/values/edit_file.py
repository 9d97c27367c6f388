"""The policy.yaml of an edit, as it is written, and where it is."""

from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from stream_edits.policies.values.rules import EditRules


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


class RuleSource(NamedTuple):
    """The policy.yaml of an edit, the type of its rules, and the policy that it belongs to.

    ``edit_id`` is the id that the file should have; None accepts any. ``section`` stands in place
    of the one in a file that belongs to several policies. ``always_enforced`` says why it has no
    mode of its own; empty for one that has.
    """

    path: Path
    rules: type[EditRules]
    policy_id: str
    edit_id: str | None = None
    section: str | None = None
    always_enforced: str = ""
