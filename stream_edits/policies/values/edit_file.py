"""The policy.yaml of an edit, as it is written, and where it is."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from stream_edits.policies.values.required_text import RequiredText
from stream_edits.policies.values.rules import EditRules


def mapping(otherwise: str) -> BeforeValidator:
    """A check that something is a mapping, which says ``otherwise`` what to write."""

    def is_mapping(written: object) -> object:
        if not isinstance(written, dict):
            raise ValueError(otherwise)
        return written

    return BeforeValidator(is_mapping)


OF_A_DATE = "write reference and value below the date, indented"
OF_A_VALUE = (
    "write the date from which the value holds below it, indented, as in 2026-01-31, and below "
    "that reference and value"
)


class Dated(BaseModel):
    """A value that holds from a date on, and its reference."""

    model_config = ConfigDict(extra="forbid", strict=True)
    value: Any
    reference: RequiredText


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
    values: dict[
        str,
        Annotated[dict[date, Annotated[Dated, mapping(OF_A_DATE)]], mapping(OF_A_VALUE)],
    ]


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
