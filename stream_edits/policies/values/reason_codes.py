"""The reason codes that outcomes may use: the X12 lists with first days of use and meanings.

x12_codes.csv decides which codes are current and what must come with them. reason_codes.yaml adds
dates and meanings of codes that findings use; the meanings are our own short wording, not that of
X12. Outcomes are checked when a policy is loaded.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from stream_edits.domain.decision import Disposition
from stream_edits.policies.values.merging import did_you_mean
from stream_edits.policies.values.required_text import RequiredText
from stream_edits.policies.values.rules import Outcome
from stream_edits.policies.values.x12_codes import (
    GROUPS,
    OUR_GROUPS,
    RETRIEVED,
    Kind,
    X12Code,
    x12_codes,
)
from stream_edits.strict_yaml import YamlSource

FILE = Path(__file__).with_name("reason_codes.yaml")
_NOT_NECESSARY = "50"
_CODE = re.compile(r"[A-Z]{0,2}[0-9]{1,4}")


class Reason(BaseModel):
    """The meaning and dates of one reason code. ``ended`` is its last day in force.

    ``effective`` is None when the first day is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    code: str = Field(pattern=f"^{_CODE.pattern}$")
    kind: Annotated[Kind, Field(strict=False)]
    meaning: str = Field(min_length=10)
    effective: date | None = None
    ended: date | None = None
    reference: RequiredText

    def in_force(self, day: date) -> bool:
        """Whether the dates allow a value that takes effect on that day to use the code."""
        begun = self.effective is None or self.effective <= day
        return begun and (self.ended is None or day <= self.ended)


class ReasonList(BaseModel):
    """The content of reason_codes.yaml."""

    model_config = ConfigDict(extra="forbid", strict=True)

    codes: list[Reason]


@lru_cache(maxsize=1)
def reason_codes() -> dict[tuple[Kind, str], Reason]:
    """Every code with a meaning and dates, by kind and code. Raises PolicyError for a bad file."""
    source = YamlSource(FILE)
    listed: dict[tuple[Kind, str], Reason] = {}
    for place, reason in enumerate(source.validate(ReasonList, source.root, ()).codes):
        key = reason.kind, reason.code
        if key in listed:
            raise source.fail(("codes", place), f"{key} is listed twice")
        if key not in x12_codes():
            raise source.fail(("codes", place), f"{key} is not on the X12 list")
        listed[key] = reason
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


def codes_of(outcome: Outcome) -> list[tuple[Kind, str]]:
    """The CARC and the RARCs of an outcome, in order."""
    named = [(Kind.CARC, outcome.carc)] if outcome.carc else []
    return named + [(Kind.RARC, rarc) for rarc in outcome.rarcs]


def automatic_denial_problem(outcome: Outcome) -> str | None:
    """Why an outcome must not be what an edit decides by itself, or None.

    Only a person may deny a service as unnecessary: Health and Safety Code 1367.01(k), by SB 1120.
    """
    if outcome.disposition is Disposition.DENY and outcome.carc == _NOT_NECESSARY:
        return (
            f"CARC {_NOT_NECESSARY} denies a service as unnecessary, which only a person may do: "
            "make it a PEND, and let a review deny"
        )
    return None


def reason_problem(outcome: Outcome, day: date) -> str | None:
    """What is wrong with the reason codes of an outcome from that day on, or None.

    A code must be current on the X12 lists, begun by that day, and usable on a health claim. A CARC
    that needs a remark must have a RARC that is not an alert.
    """
    found = []
    for kind, code in codes_of(outcome):
        listed = x12_codes().get((kind, code))
        if listed is None:
            used = [known for of, known in reason_codes() if of is kind]
            hint = did_you_mean(code, used)
            return f"{kind.upper()} {code} is not on the X12 list of {RETRIEVED}{hint}"
        problem = _problem_of(listed, reason_codes().get((kind, code)), day)
        if problem:
            return problem
        found.append(listed)
    return _without_remark(found)


def adjustment_problem(
    group: str | None, carc: str | None, rarcs: Sequence[str], day: date
) -> str | None:
    """What is wrong with the codes of an adjustment on a remittance of that day, or None.

    Unlike `reason_problem`, a code is right that was deactivated only later, and so is every group
    that the CARC may be used with.
    """
    if carc is None:
        return "no CARC says why"
    if group not in GROUPS:
        return "the claim adjustment group is none of " + ", ".join(sorted(GROUPS))
    named = [(Kind.CARC, carc)] + [(Kind.RARC, rarc) for rarc in rarcs]
    found = []
    for kind, code in named:
        listed = x12_codes().get((kind, code))
        if listed is None:
            # What is not a code may be anything, so it is not repeated.
            shown = f" {code}" if _CODE.fullmatch(code) else ""
            return f"{kind.upper()}{shown} is not on the X12 list of {RETRIEVED}"
        problem = _problem_on(listed, reason_codes().get((kind, code)), group, day)
        if problem:
            return problem
        found.append(listed)
    return _without_remark(found)


def _problem_on(listed: X12Code, reason: Reason | None, group: str, day: date) -> str | None:
    if reason is not None and not reason.in_force(day):
        return f"{listed.name} is not in force on {day}: {_time_of(reason)}"
    if not listed.current and (reason is None or reason.ended is None):
        return f"{listed.name} is deactivated on the X12 list of {RETRIEVED}"
    if listed.property_casualty:
        return f"{listed.name} is for property and casualty claims only"
    if listed.groups and group not in listed.groups:
        return f"{listed.name} may only be used with group {' or '.join(sorted(listed.groups))}"
    return None


def _without_remark(found: Sequence[X12Code]) -> str | None:
    remarks = [each for each in found if each.kind is Kind.RARC and not each.alert]
    needing = next((each for each in found if each.needs_rarc), None)
    if needing and not remarks:
        return f"{needing.name} needs a RARC beside it that is more than an alert"
    return None


def _problem_of(listed: X12Code, reason: Reason | None, day: date) -> str | None:
    if reason is not None and not reason.in_force(day):
        return f"{listed.name} is not in force on {day}: {_time_of(reason)}"
    if not listed.current:
        return f"{listed.name} is deactivated on the X12 list of {RETRIEVED}"
    if listed.property_casualty:
        return f"{listed.name} is for property and casualty claims only"
    if listed.groups and listed.groups.isdisjoint(OUR_GROUPS):
        groups = " or ".join(sorted(listed.groups))
        return f"{listed.name} may only be used with group {groups}; findings use CO or OA"
    return None


def _time_of(reason: Reason) -> str:
    begun = f"from {reason.effective}" if reason.effective else "from an unknown day"
    until = f" to {reason.ended}" if reason.ended else " on"
    return f"it is in force {begun}{until}"
