"""Limits on what a change may do to claims, for continuous integration: `deny>0.5%`."""

import re
from decimal import Decimal
from typing import NamedTuple

from stream_edits.impact.tally import Impact

WORDS = ("pass", "pend", "deny", "changed")
_LIMIT = re.compile(r"\s*(pass|pend|deny|changed)\s*(>=|>)\s*(\d+(?:\.\d+)?)\s*(%?)\s*")


_GRAMMAR = (
    f"write it like 'deny>0.5%' or 'changed>=20': one of {', '.join(WORDS)}, then > or >=, then a "
    "number of claims or a percentage of them"
)
_NEVER_BROKEN = "it could never be broken: at most 100 % of the claims can change"


class BadLimit(ValueError):
    """A limit that cannot be read, or that nothing could break."""


class Limit(NamedTuple):
    """What may not be exceeded: ``number`` claims, or percent of the claims.

    ``pass``, ``pend`` and ``deny`` count the claims that come to it, as a whole or with a line;
    ``changed`` those that change at all.
    """

    text: str
    what: str
    reached: bool
    number: Decimal
    is_share: bool

    def found(self, impact: Impact) -> Decimal:
        """The number of claims that it counts, or their percentage, of at least one claim."""
        count = impact.claims_changed
        if self.what != "changed":
            count = impact.claims_to[self.what.upper()]
        if not self.is_share:
            return Decimal(count)
        return Decimal(count) * 100 / impact.claims

    def is_broken(self, impact: Impact) -> bool:
        """Whether the impact is above the limit, or with ``>=`` reaches it.

        Every limit is broken if no claim was decided: a check of nothing must not let a change in.
        """
        if not impact.claims:
            return True
        found = self.found(impact)
        return found >= self.number if self.reached else found > self.number

    def in_words(self, impact: Impact) -> str:
        """The limit with what was found."""
        if not impact.claims:
            return f"{self.text} (there is no claim to check it on)"
        found = self.found(impact)
        return (
            f"{self.text} (it is {found:.4g} %)"
            if self.is_share
            else f"{self.text} (it is {found})"
        )


def limit(text: str) -> Limit:
    """A limit from its text. Raises BadLimit."""
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise BadLimit(_GRAMMAR)
    what, than, given, percent = match.groups()
    number, reached = Decimal(given), than == ">="
    if percent and (number > 100 or (number == 100 and not reached)):
        raise BadLimit(_NEVER_BROKEN)
    return Limit(text.strip(), what, reached, number, bool(percent))
