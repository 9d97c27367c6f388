"""The prompt-pay clock of a policy: how long a plan may take to pay or deny a claim.

The terms are dated like the values of an edit, but by the day on which a claim was received. So
they start no policy revision.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from stream_edits.policies.values.edit_file import Dated
from stream_edits.strict_yaml import YamlSource

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


class PromptPay:
    """The terms of a policy by the day from which they hold, perhaps none."""

    def __init__(self, terms: Mapping[date, Term]) -> None:
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


def terms_in(
    source: YamlSource, at: tuple[Any, ...], dated: Mapping[date, Dated]
) -> dict[date, Term]:
    """The terms of prompt pay at a path of a file, by day. Raises PolicyError."""
    return {
        day: source.validate(Term, each.value, (*at, day, "value")) for day, each in dated.items()
    }
