"""Encounters: which visit each line of a claim belongs to (docs/spec/edits.md, Vocabulary).

A visit is a service day at a billing NPI, told apart by the source's encounter number and by a
modifier for a second visit. Days of one claim that belong to one stay are one visit.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.normalized import four_digits
from stream_edits.domain.second_visit import SecondVisits, Times, is_timed, times_of

_DAY = timedelta(days=1)
_FIRST = date.min + _DAY
# No stay is longer. It also keeps a wrong number of hours from reaching past the last date.
LONGEST_STAY_DAYS = 366
# The member, the billing NPI and the visit.
_PARTS_OF_A_KEY = 3


class Visit(NamedTuple):
    """A visit of one member. ``day`` is its first service date."""

    billing_npi: str
    day: date
    is_second: bool = False
    encounter_id: str | None = None


class VisitCodes(NamedTuple):
    """What a policy says about visits.

    ``stay`` are the codes of services that the patient gets there, with documented times. They join
    the days that they touch, and the next day if it goes on within ``gap``. Lines with one of
    ``observation`` or ``observation_revenue`` cover as many days as their units are hours.
    ``second_visit`` is the modifier of a second visit on one day, and ``otherwise`` what it means
    on a line that overlaps the first visit.
    """

    stay: frozenset[str] = frozenset()
    gap: timedelta = timedelta()
    observation: frozenset[str] = frozenset()
    observation_revenue: frozenset[str] = frozenset()
    second_visit: str | None = None
    otherwise: str | None = None


def encounter_keys(claim: ClaimEvent, codes: VisitCodes) -> tuple[str, ...]:
    """The encounter key of each line, in line order."""
    lines = claim.lines
    first = lines[0].service_date
    modifier = codes.second_visit
    plain = True
    for line in lines:
        if line.service_date != first or modifier in line.modifiers:
            plain = False
            break
    if plain:
        # The usual case: one visit on one day.
        return (_key(claim, first, False),) * len(lines)
    return tuple([_key(claim, day, is_second) for day, is_second in _nodes(claim, codes)])


def _key(claim: ClaimEvent, day: date, is_second: bool) -> str:
    # Only the encounter number, which comes last, may hold any character.
    npi = claim.billing_provider_npi.replace("|", "%7C")
    number = f"#{claim.encounter_id}" if claim.encounter_id else ""
    return f"{claim.member_id}|{npi}|{day.isoformat()}{'+' if is_second else ''}{number}"


@lru_cache(maxsize=1 << 12)
def visit_of(encounter_key: str, member_id: str) -> Visit:
    """The visit that an encounter key of that member names. A member id may hold any character."""
    npi, _, rest = encounter_key[len(member_id) + 1 :].partition("|")
    day, rest = rest[:10], rest[10:]
    return Visit(npi, date.fromisoformat(day), rest[:1] == "+", rest.partition("#")[2] or None)


def member_in(encounter_keys: Iterable[str]) -> str | None:
    """The member that the encounter keys of one claim name.

    None without a key, and if member and encounter number cannot be told apart, because one of them
    has the separator in it.
    """
    parts = (key.split("|") for key in encounter_keys)
    return next((part[0] for part in parts if len(part) == _PARTS_OF_A_KEY), None)


def numbered_days(days: Iterable[date], encounter_id: str) -> list[str]:
    """Each day and the day before it, without repeats, as ``2025-01-14#encounter``.

    A claim is listed under these: an add-on may find its primary on the day before, under the same
    encounter number.
    """
    both = dict.fromkeys(each for day in days for each in (day, max(day, _FIRST) - _DAY))
    return [f"{day.isoformat()}#{encounter_id}" for day in both]


def distinct(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys without duplicates, in order of first appearance."""
    return tuple(dict.fromkeys(keys))


_Node = tuple[date, bool]


class _Link(NamedTuple):
    """Two visits that are one stay: by documented times, or by the hours of an observation.

    Links sort in the order in which they join. A second visit is the later one of its day, so it
    goes on into the next day sooner than the first one.
    """

    is_by_hours: bool
    day: date
    is_first: bool
    later: _Node

    @property
    def earlier(self) -> _Node:
        return self.day, not self.is_first


def _link(a: _Node, b: _Node, *, is_by_hours: bool = False) -> _Link:
    (day, is_second), later = sorted((a, b))
    return _Link(is_by_hours, day, not is_second, later)


def _nodes(claim: ClaimEvent, codes: VisitCodes) -> list[_Node]:
    """The first day of each line's visit, and whether it is a second visit of that day."""
    visits = SecondVisits(claim, codes.second_visit, codes.stay)
    own = [(x.service_date, visits.has(x)) for x in claim.lines]
    joined = _Joined(own)
    timed = [
        (x, node)
        for x, node in zip(claim.lines, own, strict=True)
        if x.procedure_code in codes.stay and is_timed(x)
    ]
    links = {link for line, node in timed for link in _over_midnight(line, node)}
    links.update(_going_on(timed, codes.gap))
    for line, node in zip(claim.lines, own, strict=True):
        if _is_observation(line, codes):
            links.update(_under_observation(line, node))
    for link in sorted(links):
        joined.join(link.earlier, link.later)
    return [joined.first(node) for node in own]


class _Joined:
    """Groups of visits that are one stay. Only visits that have a line are joined.

    The two visits of one day stay apart, also where both reach the next day.
    """

    def __init__(self, nodes: Sequence[_Node]) -> None:
        # An earlier visit of the same stay, or the visit itself if it is the first one.
        self._earlier = {node: node for node in nodes}
        # The visits of each stay that are on a day with two, by the first visit of the stay.
        self._paired = {
            (day, is_second): {(day, is_second)}
            for day, is_second in self._earlier
            if (day, not is_second) in self._earlier
        }

    def first(self, node: _Node) -> _Node:
        """The first visit of a visit's stay."""
        earlier = self._earlier
        first = node
        while earlier[first] != first:
            first = earlier[first]
        while earlier[node] != first:
            # The next search is short.
            earlier[node], node = first, earlier[node]
        return first

    def join(self, a: _Node, b: _Node) -> None:
        """Make the stays of two visits one, unless both visits of a day would be in it."""
        if a not in self._earlier or b not in self._earlier:
            return
        new, old = sorted((self.first(a), self.first(b)))
        if new == old:
            return
        paired, more = self._paired.get(new, set()), self._paired.get(old, set())
        if any((day, not is_second) in more for day, is_second in paired):
            return
        if more:
            self._paired[new] = paired | more
        self._earlier[old] = new


def _over_midnight(line: ServiceLine, node: _Node) -> Iterator[_Link]:
    """A line's visit with those of the other days that the line touches, if it crosses midnight.

    The line may be dated on any of its days. It goes on from the later visit of a day before.
    """
    for day in _touched(*times_of(line)):
        if day != node[0]:
            yield _link(node, (day, False))
        if day < node[0]:
            yield _link(node, (day, True))


def _touched(start: datetime, end: datetime) -> Iterator[date]:
    """The days of a time over midnight, none of any other. Midnight is of the day before."""
    first = start.date()
    days = (end.date() - first).days - (end.time() == time.min)
    for number in range(min(days, LONGEST_STAY_DAYS) + 1 if days > 0 else 0):
        yield first + timedelta(days=number)


def _going_on(timed: Iterable[tuple[ServiceLine, _Node]], gap: timedelta) -> Iterator[_Link]:
    """Each visit with one of the next day that has a line which begins during a line of it, or soon
    after its end."""
    times: dict[_Node, list[Times]] = {}
    for line, node in timed:
        times.setdefault(node, []).append(times_of(line))
    begun = {node: sorted(start for start, _ in own) for node, own in times.items()}
    for node, own in times.items():
        if node[0] == date.max:
            continue
        for later in ((node[0] + _DAY, False), (node[0] + _DAY, True)):
            if later in begun and any(_goes_on(time, begun[later], gap) for time in own):
                yield _link(node, later)


def _goes_on(time: Times, begun: Sequence[datetime], gap: timedelta) -> bool:
    """Whether any of the later lines begins during a time, or soon after its end."""
    start, end = time
    place = bisect_left(begun, start)
    return place < len(begun) and begun[place] - end <= gap


def _is_observation(line: ServiceLine, codes: VisitCodes) -> bool:
    revenue = four_digits(line.revenue_code or "")
    return line.procedure_code in codes.observation or revenue in codes.observation_revenue


def _under_observation(line: ServiceLine, node: _Node) -> Iterator[_Link]:
    hours = line.units if math.isfinite(line.units) else 0.0
    days = min(math.ceil(max(hours, 0.0) / 24), LONGEST_STAY_DAYS)
    for number in range(1, days + 1):
        if (date.max - node[0]).days >= number:
            yield _link(node, (node[0] + timedelta(days=number), False), is_by_hours=True)
