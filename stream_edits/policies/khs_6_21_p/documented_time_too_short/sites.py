"""The additional hours of infusions at several sites.

An hour with a separate-site modifier is of a further site. One without may be of any: billers put
the modifier on the initial line only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.hours import (
    Hours,
    counts_as_infusion,
    hours_beside,
    runs_of,
)
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import (
    is_hydration,
    role_of,
    times_of,
)
from stream_edits.policies.khs_6_21_p.vocabulary.lines import has_separate_site
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Role
from stream_edits.policies.shared.clock import covered_minutes

Lines = Sequence[EncounterLine]
Billed = Callable[[Lines], float]

# Further sites that are told apart. A patient has few; a claim may have thousands of lines.
_MOST = 3


class _Site(NamedTuple):
    """The infusions of one site."""

    infusions: Lines

    def hours(self, found_runs: Sequence[Lines]) -> list[Hours]:
        """Each run beside these infusions, without minutes if it ended before any of them began."""
        begins = [x.start or datetime.min for x in self.infusions if counts_as_infusion(x)]
        begin = min(begins, default=datetime.max)
        return [
            hours if begin < max(end for _, end in times_of(hours.lines)) else Hours(hours.lines, 0)
            for hours in hours_beside(found_runs, self.infusions)
        ]


class Sites:
    """The sites of the infusions of one family.

    Those without a separate-site modifier are of the first site. Each initial one with a modifier
    has a further site; the other infusions with a modifier are of one of these. ``billed`` gives
    the units of hours that count.
    """

    def __init__(self, infusions: Lines, billed: Billed) -> None:
        self._billed = billed
        self._first = _Site([x for x in infusions if not has_separate_site(x)])
        marked = [x for x in infusions if has_separate_site(x)]
        heads = [x for x in marked if role_of(x) is Role.INITIAL]
        later = [x for x in marked if role_of(x) is not Role.INITIAL]
        self._marked = marked
        self._further = [_Site([x]) for x in heads[1:_MOST]]
        if marked:
            self._further.append(_Site([*heads[:1], *later, *heads[_MOST:]]))

    def hours(self, lines: Lines) -> list[Hours]:
        """The runs of timed hours of one code."""
        first, further = self._first.infusions, self._marked
        if not first or not further:
            found = _by_themselves(lines, first or further)
            return self._of_any(found, []) if len(self._further) > 1 else found
        free = [x for x in lines if not has_separate_site(x)]
        marked = [x for x in lines if has_separate_site(x)]
        of_further = Sites(further, self._billed).hours(marked)
        return self._of_any(_by_themselves(free, first), of_further)

    def _of_any(self, free: Sequence[Hours], marked: Sequence[Hours]) -> list[Hours]:
        """The runs ``free`` to be of any site, and those ``marked`` with a further one."""
        if not free:
            return list(marked)
        runs = runs_of([x for hours in (*free, *marked) for x in hours.lines])
        place_of = {x.position: place for place, run in enumerate(runs) for x in run}
        at_first = _by_place(place_of, self._first.hours([x.lines for x in free]))
        at_further = [site.hours(runs) for site in self._further]
        free_at, marked_at = _by_place(place_of, free), _by_place(place_of, marked)
        found: list[Hours] = []
        for place, run in enumerate(runs):
            at_once = [*at_first.get(place, ()), *(hours[place] for hours in at_further)]
            found += self._shared(run, free_at.get(place, []), marked_at.get(place, []), at_once)
        return found

    def _shared(
        self, run: Lines, free: list[Hours], marked: list[Hours], at_once: list[Hours]
    ) -> list[Hours]:
        """The hours of one run, with the most units that a reading of its modifiers gives.

        They are those of its own minutes, of all sites ``at_once``, or of each hour where its
        modifier puts it. Marked hours take theirs first, but for those that a decided hour has.
        """
        own = Hours(run, covered_minutes(times_of(run)))
        units = max(own.supported, _units(at_once), _units([*free, *marked]))
        lines = [x for hours in free for x in hours.lines]
        decided = [x for x in lines if x.decided]
        taken = self._billed(decided)
        for place, hours in enumerate(marked):
            if hours.supported > units - taken:
                marked[place] = own._replace(
                    lines=hours.lines,
                    infusions=hours.infusions,
                    in_all=units,
                    taken=taken,
                    takers=decided,
                )
        if not lines:
            return marked
        of_all = own._replace(
            lines=lines,
            infusions=_one_of_each_claim([*free, *at_once]),
            in_all=units,
            taken=sum(min(self._billed(x.lines), x.supported) for x in marked),
            takers=[x for hours in marked for x in hours.lines],
        )
        return [*marked, of_all]


def _by_themselves(lines: Lines, infusions: Lines) -> list[Hours]:
    """The runs beside infusions. Hours of hydration have their own minutes only."""
    if not lines:
        return []
    return hours_beside(runs_of(lines), [] if is_hydration(lines[0]) else infusions)


def _units(found: Iterable[Hours]) -> float:
    return sum(hours.supported for hours in found)


def _one_of_each_claim(found: Iterable[Hours]) -> tuple[EncounterLine, ...]:
    return tuple({x.claim_id: x for hours in found for x in hours.infusions}.values())


def _by_place(place_of: Mapping[int, int], found: Iterable[Hours]) -> dict[int, list[Hours]]:
    places: dict[int, list[Hours]] = {}
    for hours in found:
        places.setdefault(place_of[hours.lines[0].position], []).append(hours)
    return places
