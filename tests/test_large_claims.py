"""A claim with twice as many lines takes about twice the work, whatever its lines are.

The work is counted in lines of Python executed, as in test_cost.py: the same on any machine. Of
each shape of claims all stages run in one process; what is compared with what differs by shape.
"""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from types import FrameType
from typing import Any
from unittest.mock import patch

import pytest

from stream_edits.domain.claim import Attachment, ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from tests.build import ADA, DAY, claim, line, replacing, voiding
from tests.stages.reviewing import review
from tests.stages.walk import Walk

LINES = 160
# Of a doubling. Work for each pair of lines would make it four.
MOST = 2.2

Lines = Callable[[int], Iterable[ServiceLine]]
Event = ClaimEvent | ReviewOutcome
_MIDNIGHT = datetime.combine(DAY, time(0))
_HOSPITAL: dict[str, Any] = {"claim_form": ClaimForm.UB04, "place_of_service": None}
_ALL = (
    *("96413", "96416", "96415", "96417", "96409", "96411", "96365", "96366", "96367", "96368"),
    *("96369", "96370", "96371", "96374", "96375", "96376", "96360", "96361", "96372", "96401"),
)


def _untimed(code: str, place: int) -> ServiceLine:
    return line(code)


def _timed(apart: int, seconds: int) -> Callable[[str, int], ServiceLine]:
    """Lines that begin so many seconds one after another."""

    def make(code: str, place: int) -> ServiceLine:
        start = _MIDNIGHT + timedelta(seconds=place * apart)
        return replace(line(code), start_time=start, end_time=start + timedelta(seconds=seconds))

    return make


_WHEN = {
    "without times": _untimed,
    "at one time": _timed(0, 3600),
    "overlapping": _timed(5, 3600),
    "one after another": _timed(10, 5),
}


def _lines(codes: Sequence[str], when: str, count: int, **fields: Any) -> list[ServiceLine]:
    return [
        replace(_WHEN[when](codes[place % len(codes)], place), **fields) for place in range(count)
    ]


def _on_two_days(when: str, count: int) -> list[ServiceLine]:
    days = (DAY, DAY + timedelta(days=1))
    lines = _lines(("96365", "96366", "96375"), when, count)
    return [replace(x, service_date=days[n % 2]) for n, x in enumerate(lines)]


def _in_two_visits(when: str, count: int) -> list[ServiceLine]:
    visits = ((), ("XE",))
    lines = _lines(("96365", "96366", "96375"), when, count)
    return [replace(x, modifiers=visits[n % 2]) for n, x in enumerate(lines)]


def _at_two_sites(when: str, count: int) -> list[ServiceLine]:
    lines = _lines(("96365", "96365", "96366"), when, count)
    return [replace(x, modifiers=("59",) if n % 3 == 1 else ()) for n, x in enumerate(lines)]


def _one(lines: Lines, **fields: Any) -> Callable[[int], Iterator[Event]]:
    return lambda count: iter([claim("A", *lines(count), **fields)])


def _two(lines: Lines, later: Lines) -> Callable[[int], Iterator[Event]]:
    return lambda count: iter([claim("A", *lines(count)), claim("B", *later(count))])


def _held(count: int) -> list[Attachment]:
    return [Attachment(kind="by_report", line_numbers=(number,)) for number in range(1, count + 1)]


def _each_with_a_document(count: int) -> Iterator[Event]:
    yield claim("A", *_lines(_ALL, "without times", count), attachments=tuple(_held(count)))


def _diagnoses(count: int) -> Iterator[Event]:
    codes = tuple(f"C{number}" for number in range(count))
    yield claim("A", *_lines(("J3490", "96365"), "without times", count), diagnosis_codes=codes)


def _supervised(count: int) -> Iterator[Event]:
    for name, member in (("A", "M1"), ("B", "M2")):
        times = _lines(("96365", "96367"), "one after another", count, supervising_provider_npi=ADA)
        yield claim(name, *times, member_id=member)
    yield voiding("A", "C", member_id="M1")


def _reviewed(count: int) -> Iterator[Event]:
    yield claim("A", *_lines(("J3490", "96366"), "without times", count), documents=())
    yield ReviewOutcome.APPROVE


def _many_days(count: int) -> Iterator[Event]:
    days = [DAY + timedelta(days=number // 4) for number in range(count)]
    yield claim("A", *[line(_ALL[n % len(_ALL)], "23:00-01:00", day=d) for n, d in enumerate(days)])


def _by_time() -> Iterator[tuple[str, Callable[[int], Iterator[Event]]]]:
    for when in _WHEN:

        def of(*codes: str, when: str = when) -> Lines:
            return lambda count: _lines(codes, when, count)

        yield f"all codes {when}", _one(of(*_ALL))
        yield f"all codes of a hospital {when}", _one(of(*_ALL), **_HOSPITAL)
        yield f"concurrent infusions {when}", _one(of("96368"))
        yield f"hours {when}", _one(of("96365", "96366"))
        yield f"hydration {when}", _one(of("96360", "96361", "96365"))
        yield f"infusions beside chemotherapy {when}", _one(of("J9271", "96365", "96367"))
        yield f"infusions beside imaging {when}", _one(of("74177", "Q9967", "96365", "96374"))
        yield f"a claim sent twice {when}", _two(of("96365", "J1745"), of("96365", "J1745"))
        yield f"drugs sent twice {when}", _two(of("J1745"), of("J1745", "96366"))
        yield f"add-ons to a decided claim {when}", _two(of("96360"), of("96366", "96367"))
        yield f"two days {when}", _one(partial(_on_two_days, when))
        yield f"two visits {when}", _one(partial(_in_two_visits, when))
        yield f"two sites {when}", _one(partial(_at_two_sites, when))


SHAPES: dict[str, Callable[[int], Iterator[Event]]] = {
    **dict(_by_time()),
    "a document for each line": _each_with_a_document,
    "a diagnosis for each line": _diagnoses,
    "two members under one supervisor": _supervised,
    "a review of all lines": _reviewed,
    "a stay of many days": _many_days,
    "a replacement": lambda count: iter(
        [
            claim("A", *_lines(_ALL, "without times", count)),
            replacing("A", "B", *_lines(_ALL, "without times", count)),
        ]
    ),
}


def work_of(events: Iterable[Event]) -> int:
    """The lines of Python that all stages execute for these events."""
    lines = 0

    def note(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return note

    walk, given, newest = Walk(), list(events), None
    gc.disable()
    before = sys.gettrace()
    sys.settrace(note)
    try:
        for each in given:
            newest = _decided(walk, each, newest)
    finally:
        sys.settrace(before)
        gc.enable()
    return lines


def _decided(walk: Walk, event: Event, newest: ClaimDecision | None) -> ClaimDecision:
    if isinstance(event, ReviewOutcome):
        assert newest is not None
        found: ReviewEvent = review(newest, event)
        return walk.reviewed(found)[-1]
    return walk.send(event)[-1]


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_lines_take_about_twice_the_work(shape: str) -> None:
    half, whole = work_of(SHAPES[shape](LINES)), work_of(SHAPES[shape](2 * LINES))
    print(f"{shape}: {half:,} and {whole:,} lines, {whole / half:.2f}")
    assert whole <= MOST * half


def test_it_is_seen_when_lines_are_compared_in_pairs() -> None:
    def documents_for(claim: ClaimEvent, number: int) -> frozenset[str]:
        return frozenset(x.kind for x in claim.attachments if number in x.line_numbers)

    shape = SHAPES["a document for each line"]
    with patch.object(ClaimEvent, "documents_for", documents_for):
        assert work_of(shape(2 * LINES)) > MOST * work_of(shape(LINES))
