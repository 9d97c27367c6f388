"""The visits of a claim's lines are those that comparing all pairs of lines gives.

Lines are indexed by visit and time, because a claim may have thousands. Here they are compared one
by one, as docs/spec/edits.md (Vocabulary) says it.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import combinations
from random import Random

import pytest

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.encounter import VisitCodes, encounter_keys, visit_of
from tests.build import DAY, claim, line
from tests.stages.walk import SHIPPED

CODES = SHIPPED.all[0].on(DAY).visits
_ONE_DAY = timedelta(days=1)
_ADMINISTERED = ("96365", "96366", "96416", "G0498")
_OTHER = ("G0378", "J1745", "99214")

Node = tuple[date, bool]
Link = tuple[bool, set[Node]]


def plain_visits(event: ClaimEvent, codes: VisitCodes) -> list[Node]:
    """The first day of each line's visit, and whether it is a second visit."""
    own = [(x.service_date, _is_second(event, x, codes)) for x in event.lines]
    stays = [{node} for node in dict.fromkeys(own)]
    for _, pair in sorted(_joined(event, own, codes), key=_in_order):
        touched = [stay for stay in stays if stay & pair]
        together = set().union(*touched)
        if not any((day, True) in together and (day, False) in together for day, _ in together):
            stays = [stay for stay in stays if stay not in touched] + [together]
    return [next(min(stay) for stay in stays if node in stay) for node in own]


def _in_order(link: Link) -> tuple[bool, date, bool, Node]:
    """Documented times first, then second visits before first ones."""
    by_hours, pair = link
    (day, is_second), later = min(pair), max(pair)
    return by_hours, day, not is_second, later


def _joined(event: ClaimEvent, own: list[Node], codes: VisitCodes) -> Iterator[Link]:
    """The pairs of visits that are one stay, and whether by the hours of an observation."""
    known = set(own)
    for each, node in zip(event.lines, own, strict=True):
        by_clock: list[date] = []
        by_hours: list[date] = []
        if each.procedure_code in codes.stay and (times := _times(each)):
            last = times[1].date() - _ONE_DAY * (times[1].time() == time.min)
            begun = times[0].date()
            by_clock = [day for day, _ in known if begun < last and begun <= day <= last]
        if each.procedure_code in codes.observation and math.isfinite(each.units):
            last = node[0] + timedelta(days=math.ceil(max(each.units, 0) / 24))
            by_hours = [day for day, _ in known if node[0] < day <= last]
        for is_by_hours, reached in ((False, by_clock), (True, by_hours)):
            for x in reached:
                visits = [(x, False), (x, True)] if x < node[0] else [(x, False)]
                yield from (
                    (is_by_hours, {node, visit})
                    for visit in visits
                    if visit in known and x != node[0]
                )
    for (a, its), (b, others) in combinations(zip(event.lines, own, strict=True), 2):
        for (one, node), (later, later_node) in (((a, its), (b, others)), ((b, others), (a, its))):
            first, second = _times(one), _times(later)
            if (
                {one.procedure_code, later.procedure_code} <= codes.stay
                and first
                and second
                and later_node[0] - node[0] == _ONE_DAY
                and first[0] <= second[0] <= first[1] + codes.gap
            ):
                yield False, {node, later_node}


def _is_second(event: ClaimEvent, each: ServiceLine, codes: VisitCodes) -> bool:
    times = _times(each)
    return codes.second_visit in each.modifiers and not any(
        times
        and (beside := _times(other))
        and other.service_date == each.service_date
        and other.procedure_code in codes.stay
        and codes.second_visit not in other.modifiers
        and _share(times, beside)
        for other in event.lines
    )


def _times(each: ServiceLine) -> tuple[datetime, datetime] | None:
    start, end = each.start_time, each.end_time
    return (start, end) if start and end and start <= end and not each.spans_days else None


def _share(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> bool:
    if a[0] == a[1] or b[0] == b[1]:
        return b[0] < a[0] < b[1] or a[0] < b[0] < a[1]
    return max(a[0], b[0]) < min(a[1], b[1])


def made_up(seed: int) -> ClaimEvent:
    """A claim of a few lines on days that lie close together."""
    rng = Random(seed)
    lines = []
    for _ in range(rng.randint(1, 9)):
        day = DAY + timedelta(days=rng.choice((0, 0, 0, 1, 1, 2, 3, 5)))
        units = rng.choice((1.0, 25.0, 50.0, 100.0, math.nan))
        modifiers = rng.choice(((), (), ("XE",), ("59",)))
        made = line(rng.choice(_ADMINISTERED + _OTHER), day=day, units=units, modifiers=modifiers)
        if rng.random() < 0.8:
            start = datetime.combine(day, time(rng.choice((0, 1, 8, 9, 22, 23)), 30))
            length = timedelta(minutes=rng.choice((-30, 0, 0, 30, 60, 90, 600, 1500, 4000)))
            if rng.random() < 0.2:
                start -= _ONE_DAY
            made = replace(made, start_time=start, end_time=start + length)
        if rng.random() < 0.05:
            made = replace(made, service_date_through=day + timedelta(days=2))
        lines.append(made)
    return claim("A", *lines)


@pytest.mark.parametrize("first", range(0, 3000, 500))
def test_visits_are_those_of_all_pairs(first: int) -> None:
    several = 0
    for seed in range(first, first + 500):
        event = made_up(seed)
        visits = [visit_of(key, event.member_id) for key in encounter_keys(event, CODES)]
        expected = plain_visits(event, CODES)
        assert [(x.day, x.is_second) for x in visits] == expected, f"seed {seed}"
        several += len(set(expected)) > 1
    assert several > 100
