"""The revision of a policy that is in force on a date of service."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeVar

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

    if TYPE_CHECKING:

        def __getitem__(self, kind: type[R]) -> R: ...

    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__
