"""Which claims are decided again to find causes, and which sides decide them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.impact import attribution
from stream_edits.impact.comparison import Comparison, Event, Sides
from stream_edits.impact.spill import Disk
from stream_edits.impact.spool import Spool
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.retention import DEFAULT_RETENTION, Retention
from tests.build import claim, infusion, line
from tests.impact.trials import builder, measured, numbered, overlay, piece
from tests.stages.reviewing import review

CUT = claim("A", line("96365", "09:00-10:00"), line("96366", "10:00-13:00", units=3.0))
HELD = claim("H", line("96377"), minute=1, member_id="M2")
PIECES = [
    piece("units-over-maximum", "maximum_units", {"96366": 1}),
    piece("documented-time-too-short", "minutes_needed", {"96413": {"at_least": 60}}),
]


def spooled(events: Sequence[Event]) -> Spool:
    spool = Spool(Disk())
    for event, source in numbered(events):
        spool.add(event, source)
    spool.index()
    return spool


def a_review() -> Event:
    (decision,) = Pipeline(builder()).decide(HELD, Source("file", 0, 1))
    return review(decision, minute=5, member_id="M2")


def aged(days: int, **changes: Any) -> ClaimEvent:
    return replace(HELD, event_time=CUT.event_time + timedelta(days=days), **changes)


@pytest.mark.parametrize(
    ("events", "retention", "separable"),
    [
        ([CUT, HELD], DEFAULT_RETENTION, True),
        ([CUT, aged(30)], Retention(30), True),
        ([CUT, aged(31)], Retention(30), False),
        ([aged(31), CUT], Retention(30), False),
        ([CUT, HELD, a_review()], DEFAULT_RETENTION, False),
        ([CUT, aged(0, claim_id="A")], DEFAULT_RETENTION, False),
        ([CUT, replace(CUT, event_id="again")], DEFAULT_RETENTION, True),
    ],
)
def test_claims_are_separable_unless_something_else_ties_them(
    events: list[Event], retention: Retention, separable: bool
) -> None:
    assert spooled(events).is_separable(retention) is separable


@pytest.mark.parametrize(("events", "sides"), [([CUT, HELD], {2}), ([CUT, HELD, a_review()], {4})])
def test_what_cannot_change_is_decided_again_only_where_it_is_needed(
    events: list[Event], sides: set[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deciding: list[int] = []

    class Noted(Comparison):
        def __init__(self, sides: Sides, disk: Disk, *, keeps_all: bool = False) -> None:
            deciding.append(len(sides.builders))
            super().__init__(sides, disk, keeps_all=keeps_all)

    monkeypatch.setattr(attribution, "Comparison", Noted)
    impact = measured(events, overlay(tmp_path, PIECES))
    assert set(deciding) == sides
    assert [len(labels) for labels in impact.by_change] == [1]
    assert impact.lines_changed == 1


def test_members_are_selected_with_those_at_their_supervisors_time() -> None:
    """B overlaps A, C overlaps B alone, and D only touches C."""
    times = {"A": "09:00-10:00", "B": "09:30-11:00", "C": "10:30-12:00", "D": "12:00-13:00"}
    events = [infusion(f"CLAIM-{name}", name, each) for name, each in times.items()]
    spool = spooled(events)

    def selected() -> list[str]:
        return [event.member_id for event, _ in spool.selected()]

    assert selected() == ["A", "B", "C", "D"]
    spool.select_around(["A"])
    assert selected() == ["A", "B", "C"]
    spool.select_around(["D", "D"])
    assert selected() == ["D"]
    spool.select_around([])
    assert selected() == []
    spool.select_all()
    assert selected() == ["A", "B", "C", "D"]
