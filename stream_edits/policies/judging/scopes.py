"""Groups the lines judged together into the scopes of encounter edits (``edit_types.Scope``)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache

from stream_edits.policies.edit_types import EncounterEdit, Group, Scope
from stream_edits.policies.encounter import Encounter, EncounterLine, Standings
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.policy import Policy

# The edits to run, without the groups that have none.
ByGroup = Mapping[Group, tuple[EncounterEdit, ...]]


class Scopes:
    """The encounters, the days and the whole of some lines, each with its edits by group.

    ``all`` are these scopes, each with its edits of each group, and ``groups`` those in which any
    of them has an edit, in order.
    """

    def __init__(
        self, policy: Policy, lines: Sequence[EncounterLine], standings: Standings
    ) -> None:
        self._everything = everything = Encounter(lines, standings)
        if len({line.encounter_key for line in lines}) == 1:
            # The usual case: one encounter is also the day and all there is.
            edits = _edits_for(policy, lines, None)
            self.all = [(everything, edits)]
            self._places: dict[str, int] = {}
            self.groups: Collection[Group] = edits.keys()
            return
        by_key: dict[str, list[EncounterLine]] = {}
        for line in lines:
            by_key.setdefault(line.encounter_key, []).append(line)
        self._places = {key: place for place, key in enumerate(by_key)}
        encounters = [
            (Encounter(own, standings, everything), _edits_for(policy, own, Scope.ENCOUNTER))
            for own in by_key.values()
        ]
        days = [
            (Encounter(own, standings, everything), _edits_for(policy, own, Scope.DAY))
            for own in _by_day(lines)
        ]
        member = (everything, _edits_for(policy, lines, Scope.MEMBER))
        self.all = [*encounters, *days, member]
        self.groups = sorted({group for _, edits in self.all for group in edits})

    def encounter_of(self, line: EncounterLine) -> Encounter:
        """The encounter of a line."""
        return self.all[self._places.get(line.encounter_key, 0)][0]

    def update(self) -> None:
        """Take over the current standing of all lines."""
        old, new = self._everything, self._everything.again()
        self._everything = new
        self.all = [
            (new if encounter is old else encounter.again(new), edits)
            for encounter, edits in self.all
        ]


_Day = tuple[str, date]
_Codes = frozenset[tuple[PolicyOnDate, str]]


def _by_day(lines: Sequence[EncounterLine]) -> list[list[EncounterLine]]:
    """The lines of each billing NPI and service day, with all days of a stay together."""
    joined: dict[_Day, _Day] = {}
    for line in lines:
        npi, day = line.billing_npi, line.service_date
        first = line.visit.day
        own, stay = (npi, day), (npi, first)
        if day == first:
            joined.setdefault(own, own)
        elif (own := _first(joined, own)) != (stay := _first(joined, stay)):
            joined[own] = stay
    by_group: dict[_Day, list[EncounterLine]] = {}
    for line in lines:
        group = _first(joined, (line.billing_npi, line.service_date))
        by_group.setdefault(group, []).append(line)
    return list(by_group.values())


def _first(joined: dict[_Day, _Day], day: _Day) -> _Day:
    """The day that all days judged with a day lead to. Each leads to another one or to itself."""
    first = joined.setdefault(day, day)
    while joined[first] != first:
        first = joined[first]
    while joined[day] != first:
        # The next search is short.
        joined[day], day = first, joined[day]
    return first


def _edits_for(policy: Policy, lines: Sequence[EncounterLine], scope: Scope | None) -> ByGroup:
    """The edits of each group that may have findings on the open lines among ``lines``.

    Only those of one scope, or all of them without a scope.
    """
    billed = frozenset([(line.policy, line.code) for line in lines])
    judged = billed
    if True in [line.decided for line in lines]:
        judged = frozenset([(line.policy, line.code) for line in lines if not line.decided])
    return _naming(policy, judged, billed, scope)


@lru_cache(maxsize=1 << 14)
def _naming(policy: Policy, judged: _Codes, billed: _Codes, scope: Scope | None) -> ByGroup:
    """The encounter edits of each group that may have a finding on one of the codes ``judged``, in
    a scope with the codes ``billed``."""
    places: set[int] = set()
    for on_date, code in judged:
        places.update(policy.encounter_edits_on(on_date).of(code))
    found: dict[Group, tuple[EncounterEdit, ...]] = {}
    for place in sorted(places):
        edit = policy.encounter_edits[place]
        if scope not in (None, edit.scope):
            continue
        if edit.beside is None or any(code in edit.beside(on_date) for on_date, code in billed):
            found[edit.group] = (*found.get(edit.group, ()), edit)
    return found
