"""A supervisor's day with many slots costs an event no more than twice what a small one costs.

The work is counted in lines of Python executed, as in test_cost.py: the same on any machine.
``python -m bench.hot`` measures time, and days of 100,000 slots.
"""

import gc
import sys
from types import FrameType
from typing import Any
from unittest.mock import patch

import pytest

from bench.hot import SHAPES, HotDay, Shape
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.stages.supervision import day_pages

SMALL, LARGE, EVENTS = 100, 10_000, 20
# Of a value in the changelog, in bytes: far below what any broker takes.
MOST_BYTES = 8_000


def lines_of(day: HotDay) -> tuple[float, int]:
    """The lines that an event takes, and the bytes of the largest value that one writes."""
    lines = 0

    def note(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return note

    events = day.events(EVENTS)
    gc.disable()
    before = sys.gettrace()
    sys.settrace(note)
    try:
        cost = day.cost_of(events)
    finally:
        sys.settrace(before)
        gc.enable()
    return lines / EVENTS, cost.largest_bytes


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_an_event_on_a_large_day_takes_at_most_twice_the_work(shape: Shape) -> None:
    stage = processor(Stage.SUPERVISION)
    small, _ = lines_of(HotDay(stage, shape, SMALL))
    large, largest = lines_of(HotDay(stage, shape, LARGE))
    print(f"{shape.name}: {small:.0f} and {large:.0f} lines an event, {largest:,} bytes")
    assert large <= 2 * small
    assert largest <= MOST_BYTES


def test_it_is_seen_when_a_day_is_one_value() -> None:
    stage, (shape, *_) = processor(Stage.SUPERVISION), SHAPES
    with patch.object(day_pages, "MOST_SLOTS", LARGE):
        small, _ = lines_of(HotDay(stage, shape, SMALL))
        large, largest = lines_of(HotDay(stage, shape, LARGE // 10))
    assert large > 2 * small
    assert largest > MOST_BYTES
