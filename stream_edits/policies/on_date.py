"""The revision of a policy that is in force on a date of service."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from stream_edits.domain.claim import ClaimForm, ServiceLine
from stream_edits.domain.coded import four_digits
from stream_edits.domain.encounter import VisitCodes
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.rules import EditRules

R = TypeVar("R", bound=EditRules)


class PolicyOnDate(dict[type[EditRules], EditRules]):
    """One revision of a policy: the rules of each edit, by their type.

    It is a dict because edits look up rules several times for each line. Two revisions are never
    equal.
    """

    def __init__(self, effective: date, version: str, rules: Sequence[EditRules]) -> None:
        super().__init__({type(each): each for each in rules})
        self.effective = effective
        self.version = version
        # The codes that the rules of each edit name, worked out once.
        self.codes_of = {type(each): each.governed_codes() for each in rules}
        self.governed = frozenset[str]().union(*self.codes_of.values())
        # What names a line by something else than its code, so that its claim is applicable.
        self.names_line = [
            each.names_line for each in rules if type(each).names_line is not EditRules.names_line
        ]
        self._makes_judged = [
            *self.names_line,
            *(
                each.accompanies
                for each in rules
                if type(each).accompanies is not EditRules.accompanies
            ),
        ]
        self._explaining = [
            each.explains for each in rules if type(each).explains is not EditRules.explains
        ]
        # Most lines are asked for, and few codes are billed.
        self._explains = lru_cache(maxsize=1 << 12)(self._is_explaining)
        visits = [each.visit_codes() for each in rules]
        self.visits = next((each for each in visits if each is not None), VisitCodes())

    def is_judged(self, line: ServiceLine, form: ClaimForm) -> bool:
        """Whether a line of an applicable claim is judged with the others of its encounter."""
        code = line.procedure_code
        if code in self.governed or self._explains(code, line.revenue_code):
            return True
        # A loop, because a generator costs another call for each rule and line.
        for judged in self._makes_judged:  # noqa: SIM110
            if judged(line, form):
                return True
        return False

    def _is_explaining(self, code: str, revenue_code: str | None) -> bool:
        revenue = four_digits(revenue_code or "")
        return any(explains(code, revenue) for explains in self._explaining)

    if TYPE_CHECKING:

        def __getitem__(self, kind: type[R]) -> R: ...

    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__


def revisions_of(values: Sequence[EditValues], overlay_hash: str) -> tuple[PolicyOnDate, ...]:
    """The revisions of a policy, oldest first: one for each date of any of its values."""
    days = sorted({day for v in values for by in v.dated.values() for day in by})
    suffix = f"+{overlay_hash}" if overlay_hash else ""
    return tuple(
        PolicyOnDate(day, version, [v.on(day, version) for v in values])
        for day in days
        for version in [day.isoformat() + suffix]
    )
