"""A day in pages finds the same slots as a list of them, after any changes."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from stream_edits.domain.supervisor_state import SupervisedSlot
from stream_edits.stages.shared.memory import SupervisorDictionary
from stream_edits.stages.supervision import day_pages
from stream_edits.stages.supervision.day_pages import key_of
from stream_edits.stages.supervision.supervised_day import SupervisedDay, overlaps
from tests.build import ADA, DAY

MIDNIGHT = datetime.combine(DAY, datetime.min.time())


def random_slot(draw: random.Random) -> SupervisedSlot:
    """A slot of few members, starts and arrivals, so that many have the same."""
    start = MIDNIGHT + timedelta(minutes=15 * draw.randrange(20))
    return SupervisedSlot(
        member_id=draw.choice(["M1", "M1", "M1", "M2", "M3"]),
        claim_id=draw.choice("ABC"),
        line_number=draw.randrange(1_000_000),
        start_time=start,
        end_time=start + timedelta(minutes=draw.choice([1, 15, 16, 60, 2000])),
        arrival=draw.randrange(4),
        occupies_time=draw.random() < 0.3,
    )


def check(day: SupervisedDay, slots: list[SupervisedSlot], draw: random.Random) -> None:
    """Compare what the day finds with what a list does."""
    assert day.held == len(slots)
    assert sorted(day.slots()) == sorted(slots)
    asked = random_slot(draw)
    others = [s for s in slots if s.member_id != asked.member_id and s.occupies_time]
    assert sorted(day.competing_with(asked)) == sorted(s for s in others if overlaps(s, asked))
    denied = [s for s in slots if not s.occupies_time and overlaps(s, asked)]
    assert sorted(day.denied_for(asked)) == sorted(denied)
    member, claim = asked.member_id, asked.claim_id
    own = [s for s in slots if (s.member_id, s.claim_id) == (member, claim)]
    assert sorted(day.of_claim(member, claim, {key_of(s) for s in own})) == sorted(own)
    assert sorted(day.of_claim(member, claim, ())) == sorted(own)


@pytest.mark.parametrize("most", [2, 3, 8])
@pytest.mark.parametrize("seed", range(8))
def test_a_day_finds_what_a_list_finds(seed: int, most: int) -> None:
    draw, memory = random.Random(seed), SupervisorDictionary()
    slots: list[SupervisedSlot] = []

    def add(day: SupervisedDay) -> None:
        slots.append(random_slot(draw))
        day.add(slots[-1])

    def remove(day: SupervisedDay) -> None:
        if slots:
            day.remove(slots.pop(draw.randrange(len(slots))))

    def occupy(day: SupervisedDay) -> None:
        if slots:
            place = draw.randrange(len(slots))
            day.occupy(slots[place])
            slots[place] = slots[place]._replace(occupies_time=True)

    with patch.multiple(day_pages, MOST_SLOTS=most, MOST_PARTS=most):
        # It grows, then it shrinks to nothing.
        for kinds in ([add, add, add, occupy, remove], [add, remove, remove, occupy]):
            for _ in range(120):
                work: Callable[[SupervisedDay], None] = draw.choice(kinds)
                day = SupervisedDay(memory, ADA, DAY)
                work(day)
                check(day, slots, draw)
                day.keep()
                check(SupervisedDay(memory, ADA, DAY), slots, draw)
        day = SupervisedDay(memory, ADA, DAY)
        while slots:
            remove(day)
        day.keep()
    assert not memory._pages


def test_a_cleared_day_leaves_no_page() -> None:
    draw, memory = random.Random(0), SupervisorDictionary()
    with patch.multiple(day_pages, MOST_SLOTS=2, MOST_PARTS=2):
        day = SupervisedDay(memory, ADA, DAY)
        for _ in range(40):
            day.add(random_slot(draw))
        day.keep()
        assert len(memory._pages) > 20
        later = SupervisedDay(memory, ADA, DAY)
        later.clear()
        later.keep()
    assert not memory._pages
    assert later.held == 0
