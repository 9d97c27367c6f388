"""Groups the lines judged together into the scopes of encounter edits (``edit_types.Scope``)."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from stream_edits.policies.edit_types import EncounterEdit, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine, Standings
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.policy import Policy

ByGroup = tuple[tuple[EncounterEdit, ...], ...]


class Scopes:
    """The encounters, the days and the whole of some lines, each with its edits by group."""

    def __init__(
        self, policy: Policy, lines: Sequence[EncounterLine], standings: Standings
    ) -> None:
        self._everything = everything = Encounter(lines, standings)
        if len({line.encounter_key for line in lines}) == 1:
            # The usual case: one encounter is also the day and all there is.
            self._scopes = [(everything, _edits_for(policy, lines, None))]
            return
        by_key: dict[str, list[EncounterLine]] = {}
        for line in lines:
            by_key.setdefault(line.encounter_key, []).append(line)
        encounters = [
            (Encounter(own, standings, everything), _edits_for(policy, own, Scope.ENCOUNTER))
            for own in by_key.values()
        ]
        days = [
            (Encounter(own, standings, everything), _edits_for(policy, own, Scope.DAY))
            for own in _by_day(lines)
        ]
        member = (everything, _edits_for(policy, lines, Scope.MEMBER))
        self._scopes = [*encounters, *days, member]

    @property
    def all(self) -> Iterable[tuple[Encounter, ByGroup]]:
        """Each scope with its edits of each group."""
        return self._scopes

    def encounter_of(self, line: EncounterLine) -> Encounter:
        """The encounter of a line."""
        return next(each for each, _ in self._scopes if line in each.lines)

    def update(self) -> None:
        """Take over the current standing of all lines."""
        old, new = self._everything, self._everything.again()
        self._everything = new
        self._scopes = [
            (new if encounter is old else encounter.again(new), edits)
            for encounter, edits in self._scopes
        ]


_Day = tuple[str, date]


def _by_day(lines: Sequence[EncounterLine]) -> list[list[EncounterLine]]:
    """The lines of each billing NPI and service day, with all days of a stay together."""
    first: dict[_Day, _Day] = {}
    for line in lines:
        npi = line.billing_npi
        own = first.setdefault((npi, line.service_date), (npi, line.service_date))
        stay = first.setdefault((npi, line.visit.day), (npi, line.visit.day))
        if own != stay:
            for day, group in first.items():
                if group == own:
                    first[day] = stay
    by_group: dict[_Day, list[EncounterLine]] = {}
    for line in lines:
        by_group.setdefault(first[line.billing_npi, line.service_date], []).append(line)
    return list(by_group.values())


def _edits_for(policy: Policy, lines: Iterable[EncounterLine], scope: Scope | None) -> ByGroup:
    """The edits of each group that may have findings on the open lines among ``lines``.

    Only those of one scope, or all of them without a scope.
    """
    codes = frozenset([(line.policy, line.code) for line in lines if not line.decided])
    return _naming(policy, codes, scope)


@lru_cache(maxsize=1 << 14)
def _naming(
    policy: Policy, codes: frozenset[tuple[PolicyOnDate, str]], scope: Scope | None
) -> ByGroup:
    """The encounter edits of each group whose rules name one of the codes, or no codes at all."""
    return tuple(
        tuple(
            edit
            for edit in group
            if (scope is None or edit.scope is scope)
            and any(_names(on_date.codes_of[edit.rules], code) for on_date, code in codes)
        )
        for group in policy.encounter_groups
    )


def _names(named: frozenset[str], code: str) -> bool:
    return not named or code in named
