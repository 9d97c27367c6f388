"""The prompt-pay clock of a policy: how long a plan may take to pay or deny a claim.

The terms are dated like the values of an edit, but by the day on which a claim was received. So
they start no policy revision.
"""

import copy
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stream_edits.policies.values.dated_value import DatedValue, in_force
from stream_edits.policies.values.edit_file import Dated, PlanDated
from stream_edits.policies.values.overlaying import ended, merged, plans_value
from stream_edits.policies.values.problems import problem_with
from stream_edits.strict_yaml import YamlSource

_LIKE = "{days: 30, kind: CALENDAR}"
_WEEK, _WORKING_WEEK, _FRIDAY = 7, 5, 4


class DayKind(StrEnum):
    """Which days a term counts: all of them, or Monday to Friday. No holiday is left out."""

    CALENDAR = "CALENDAR"
    WORKING = "WORKING"


class Term(BaseModel):
    """How many days a plan has. The day after receipt is day 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    days: Annotated[int, Field(ge=1, le=366)]
    kind: Annotated[DayKind, Field(strict=False)]

    def last_day(self, received: date) -> date:
        """The last day of the term for a claim received on that day.

        At the end of the calendar it is the calendar's last day.
        """
        start, days = received.toordinal(), self.days
        if self.kind is DayKind.WORKING:
            # A claim received on a weekend counts from the Friday before.
            beyond = max(0, received.weekday() - _FRIDAY)
            weeks, left = divmod(days, _WORKING_WEEK)
            over_weekend = received.weekday() - beyond + left > _FRIDAY
            days = weeks * _WEEK + left + (_WEEK - _WORKING_WEEK) * over_weekend - beyond
        return date.fromordinal(min(start + days, date.max.toordinal()))


class DatedTerms:
    """The terms of prompt pay of a policy as they are written, by the day from which they hold.

    ``notes`` name what has no effect in an overlay, each with file and line.
    """

    def __init__(
        self, source: YamlSource, at: tuple[Any, ...], dated: Mapping[date, Dated]
    ) -> None:
        """The terms at a path of a policy's file."""
        self.dated = {
            day: DatedValue(day, each.value, each.reference, source, (*at, day, "value"))
            for day, each in dated.items()
        }
        self.notes: tuple[str, ...] = ()

    def overlaid(
        self, source: YamlSource, at: tuple[Any, ...], changes: Mapping[date, PlanDated]
    ) -> "DatedTerms":
        """These terms with a plan's changes at a path of its file merged in. Raises PolicyError."""
        if not changes:
            raise source.fail(at, "has no dated value")
        made = copy.copy(self)
        made.dated = dict(self.dated)
        for day in sorted(changes):
            below = in_force(made.dated, day) if made.dated else None
            own = plans_value(changes[day], day, source, (*at, day, "value"), below)
            made.dated[day], notes = merged(own)
            made.notes += notes
        made.notes += tuple(ended(made.dated))
        return made

    def terms(self) -> dict[date, Term]:
        """The terms by day. Raises PolicyError for one that is not valid."""
        return {day: _term(each) for day, each in self.dated.items()}


class _Written(BaseModel):
    value: Term


def _term(written: DatedValue) -> Term:
    if not isinstance(written.value, Mapping):
        raise written.fail((), f"a mapping is expected, such as {_LIKE}")
    try:
        return _Written.model_validate({"value": written.value}).value
    except ValidationError as error:
        found = problem_with(error, {"value": written}, _Written)
        raise found or written.fail((), f"write it such as {_LIKE}") from None


class PromptPay:
    """The terms of a policy by the day from which they hold, perhaps none.

    ``written`` is where they are written, None for terms that no file says.
    """

    def __init__(self, terms: Mapping[date, Term], written: DatedTerms | None = None) -> None:
        self.written = written
        self.terms = dict(sorted(terms.items()))
        self._days = list(self.terms)
        # Most claims of a day were received on few days.
        self.due_by = lru_cache(maxsize=1 << 10)(self._due_by)

    def _due_by(self, received: date) -> date | None:
        """The last day to pay or deny a claim received on a day, None without a term.

        Before the first day of a term, the first term holds.
        """
        if not self._days:
            return None
        day = self._days[max(bisect_right(self._days, received) - 1, 0)]
        return self.terms[day].last_day(received)
