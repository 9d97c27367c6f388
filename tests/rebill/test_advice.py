"""Who bills what add-ons without a primary are advised gets no other finding for it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from tests.build import DAY, claim, line
from tests.rebill.advice import advised, unadvised
from tests.rebill.rebill import decided

_INITIAL = ("96413", "96416", "96409", "96365", "96369", "96374", "96360")
_ADDED = (
    *("96361", "96366", "96367", "96368", "96370", "96371", "96375", "96411", "96415", "96417"),
    *("96423", "X7702"),
)
_OTHERS = (*_INITIAL, *_ADDED, "96422", "G0498")
_MINUTES: tuple[tuple[int | None, int | None], ...] = (
    *((None, None), (60, 10), (10, 60), (10, 10), (60, 60)),
)
Service = tuple[str, float, int | None]


@pytest.mark.parametrize("code", _ADDED)
def test_an_add_on_alone_or_beside_another_service(code: str) -> None:
    tried = [[(code, units, each)] for units in (1.0, 2.0, 3.0) for each in (None, 10, 20, 45, 200)]
    broken = {
        str(x): found for x in (*tried, *_pairs(code)) if (found := list(unadvised(_bill(x))))
    }
    assert broken == {}


def _pairs(code: str) -> Iterator[list[Service]]:
    for other in _OTHERS:
        for units in (1.0, 3.0):
            beside = 1.0 if other in _INITIAL else units
            for first, second in _MINUTES:
                yield [(other, beside, first), (code, units, second)]


@pytest.mark.parametrize(
    ("services", "advice"),
    [
        ([("96368", 1.0, 16)], {1: "that bills 96365 instead"}),
        ([("96368", 1.0, 15)], {1: "that bills 96374 instead"}),
        ([("96368", 3.0, 15)], {1: "that bills one unit of 96374 instead"}),
        ([("96368", 3.0, None)], {1: "that bills one unit of 96365 instead, and 1 unit of 96368"}),
        ([("96371", 1.0, 16)], {1: "that bills 96369 instead"}),
        ([("96371", 1.0, 15)], {1: "without the line"}),
        ([("96367", 3.0, None)], {1: "that bills one unit of 96365 instead, and 2 units of 96367"}),
        ([("X7702", 2.0, None)], {1: "that bills one unit of X7700 instead, and 1 unit of X7702"}),
        (
            [("96371", 1.0, 10), ("96370", 1.0, 60)],
            {
                1: "that bills 96369 instead of 96370, and this line beside it",
                2: "that bills 96369 instead",
            },
        ),
        (
            [("96367", 1.0, 60), ("96370", 1.0, 60)],
            {1: "that bills 96365 instead", 2: "without the line"},
        ),
        (
            [("96365", 1.0, 10), ("96370", 1.0, 60)],
            {2: "that bills 96369 instead, and 96375 instead of 96374"},
        ),
        (
            [("96374", 1.0, None), ("96368", 1.0, 10)],
            {2: "that bills 96375 instead, as a service added to 96374"},
        ),
    ],
)
def test_what_is_advised(services: list[Service], advice: dict[int, str]) -> None:
    assert advised(decided(_bill(services))) == advice


def _bill(services: list[Service]) -> ClaimEvent:
    """A claim with these services one after another: their codes, units and documented minutes."""
    clock, lines = datetime.combine(DAY, time(8)), list[ServiceLine]()
    for code, units, minutes in services:
        made = line(code, units=units)
        if minutes is not None:
            end = clock + timedelta(minutes=minutes)
            made = replace(made, start_time=clock, end_time=end)
            clock = end
        lines.append(made)
    return claim("A", *lines)
