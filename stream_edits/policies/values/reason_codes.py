"""The reason codes that findings may use, with their dates (X12 CARC and RARC lists).

The meanings here are our own short wording, not that of X12. Outcomes are checked against the list
when a policy is loaded.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from stream_edits.policies.values.rules import Outcome
from stream_edits.strict_yaml import YamlSource

FILE = Path(__file__).with_name("reason_codes.yaml")


class Kind(StrEnum):
    """Claim adjustment reason code, or remittance advice remark code."""

    CARC = "carc"
    RARC = "rarc"


class Reason(BaseModel):
    """One reason code. ``ended`` is its last day in force. ``needs_rarc`` applies to CARCs only."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    code: str = Field(pattern=r"^[A-Z]{0,2}[0-9]{1,4}$")
    kind: Annotated[Kind, Field(strict=False)]
    meaning: str = Field(min_length=10)
    effective: date
    ended: date | None = None
    needs_rarc: bool = False
    alert: bool = False
    reference: str = Field(min_length=1)

    @property
    def name(self) -> str:
        """The kind and the code, such as CARC 16."""
        return f"{self.kind.upper()} {self.code}"

    def in_force(self, day: date) -> bool:
        """Whether a value that takes effect on that day may use the code."""
        return self.effective <= day and (self.ended is None or day <= self.ended)


class ReasonList(BaseModel):
    """The content of reason_codes.yaml."""

    model_config = ConfigDict(extra="forbid", strict=True)

    codes: list[Reason]


@lru_cache(maxsize=1)
def reason_codes() -> dict[tuple[Kind, str], Reason]:
    """Every known code, by kind and code. Raises PolicyError for an invalid file."""
    source = YamlSource(FILE)
    listed: dict[tuple[Kind, str], Reason] = {}
    for place, reason in enumerate(source.validate(ReasonList, source.root, ()).codes):
        if (reason.kind, reason.code) in listed:
            raise source.fail(("codes", place), f"{reason.name} is listed twice")
        listed[reason.kind, reason.code] = reason
    return listed


def outcomes_in(
    value: object, at: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Outcome]]:
    """Every outcome in a policy value, at any depth, with its path of keys."""
    if isinstance(value, Outcome):
        yield at, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from outcomes_in(each, (*at, key))
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from outcomes_in(each, (*at, place))


def reason_problem(outcome: Outcome, day: date) -> str | None:
    """What is wrong with the reason codes of an outcome from that day on, or None."""
    named = [(Kind.CARC, outcome.carc)] if outcome.carc else []
    named += [(Kind.RARC, rarc) for rarc in outcome.rarcs]
    found = []
    for kind, code in named:
        reason = reason_codes().get((kind, code))
        if reason is None:
            return f"{kind.upper()} {code} is not on the list of reason codes ({FILE.name})"
        if not reason.in_force(day):
            return f"{reason.name} is not in force on {day}: {_time_of(reason)}"
        found.append(reason)
    remarks = [each for each in found if each.kind is Kind.RARC and not each.alert]
    needing = next((each for each in found if each.needs_rarc), None)
    if needing and not remarks:
        return f"{needing.name} needs a RARC beside it that is no mere alert"
    return None


def _time_of(reason: Reason) -> str:
    until = f" to {reason.ended}" if reason.ended else " on"
    return f"it is in force from {reason.effective}{until}"
