"""The revision of a policy that is in force on a date of service."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from stream_edits.domain.claim import ClaimForm, ServiceLine
from stream_edits.domain.encounter import VisitCodes
from stream_edits.domain.normalized import four_digits
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
        self._naming = [
            each.names_line for each in rules if type(each).names_line is not EditRules.names_line
        ]
        self._accompanying = [
            each.accompanies
            for each in rules
            if type(each).accompanies is not EditRules.accompanies
        ]
        self._explaining = [
            each.explains for each in rules if type(each).explains is not EditRules.explains
        ]
        # Most lines are asked for, few codes are billed, and most lines have nothing else to ask
        # of. Each answer takes about 250 bytes.
        self._explains = lru_cache(maxsize=1 << 12)(self._is_explaining)
        self._names_bare = lru_cache(maxsize=1 << 12)(_of_bare_lines(self._names))
        self._judges_bare = lru_cache(maxsize=1 << 12)(_of_bare_lines(self._judges))
        visits = [each.visit_codes() for each in rules]
        self.visits = next((each for each in visits if each is not None), VisitCodes())

    def names(self, line: ServiceLine, form: ClaimForm) -> bool:
        """Whether a line makes its claim applicable: by its code or by something else."""
        if line.procedure_code in self.governed:
            return True
        if line.modifiers or line.ndc or line.drug_name:
            return self._names(line, form)
        return self._names_bare(line.procedure_code, line.revenue_code, form)

    def _names(self, line: ServiceLine, form: ClaimForm) -> bool:
        return any(names_line(line, form) for names_line in self._naming)

    def is_judged(self, line: ServiceLine, form: ClaimForm) -> bool:
        """Whether a line of an applicable claim is judged with the others of its encounter."""
        if line.procedure_code in self.governed:
            return True
        if line.modifiers or line.ndc or line.drug_name:
            return self._judges(line, form)
        return self._judges_bare(line.procedure_code, line.revenue_code, form)

    def _judges(self, line: ServiceLine, form: ClaimForm) -> bool:
        return (
            self._explains(line.procedure_code, line.revenue_code)
            or self._names(line, form)
            or any(accompanies(line, form) for accompanies in self._accompanying)
        )

    def _is_explaining(self, code: str, revenue_code: str | None) -> bool:
        revenue = four_digits(revenue_code or "")
        return any(explains(code, revenue) for explains in self._explaining)

    if TYPE_CHECKING:

        def __getitem__(self, kind: type[R]) -> R: ...

    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__


def _of_bare_lines(
    asked: Callable[[ServiceLine, ClaimForm], bool],
) -> Callable[[str, str | None, ClaimForm], bool]:
    """What is asked of a line, for one that has nothing but a procedure code and a revenue code."""

    def of_codes(code: str, revenue_code: str | None, form: ClaimForm) -> bool:
        bare = ServiceLine(
            line_number=1,
            procedure_code=code,
            units=1.0,
            service_date=date.min,
            revenue_code=revenue_code,
        )
        return asked(bare, form)

    return of_codes


def revisions_of(values: Sequence[EditValues], overlay_hash: str) -> tuple[PolicyOnDate, ...]:
    """The revisions of a policy, oldest first: one for each date of any of its values."""
    days = sorted({day for v in values for by in v.dated.values() for day in by})
    suffix = f"+{overlay_hash}" if overlay_hash else ""
    return tuple(
        PolicyOnDate(day, version, [v.on(day, version) for v in values])
        for day in days
        for version in [day.isoformat() + suffix]
    )
