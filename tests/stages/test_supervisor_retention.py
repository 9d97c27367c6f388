"""Retention of the supervision stage: it deletes quarters without new slots for too long."""

from calendar import monthrange
from datetime import date

import pytest

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.domain.claim import ClaimEvent
from stream_edits.engine.state.store import MemoryStore, UncommittedState
from stream_edits.stages.shared.retention import Retention
from tests.build import ADA, BEA, DAY, infusion, moved, published, voiding
from tests.stages.walk import Walk, summaries

DAYS = 400
NINE, TEN, ELEVEN = "09:00-10:00", "10:00-11:00", "11:00-12:00"
IN_APRIL = DAY.replace(month=4)


def on(day: int, event: ClaimEvent) -> ClaimEvent:
    return published(event, day)


def walk_of(*events: ClaimEvent) -> Walk:
    walk = Walk(retention=Retention(DAYS))
    walk.send(*events)
    return walk


def timed(claim_id: str, member: str, at: str, by: str = ADA, day: date = DAY) -> ClaimEvent:
    """A claim with one infusion on that day."""
    return moved(infusion(claim_id, member, at, by), (day - DAY).days)


def held(walk: Walk, npi: str = ADA) -> list[date]:
    """The first days of a supervisor's quarters."""
    return [quarter.first for quarter in walk.supervisors.quarters(npi)]


@pytest.mark.parametrize(
    ("day", "second", "kept"), [(DAYS, "B1 DENY", ["A", "B"]), (DAYS + 1, "B1 PASS", ["B"])]
)
def test_time_is_kept_for_exactly_the_retention(day: int, second: str, kept: list[str]) -> None:
    walk = walk_of(on(0, timed("A", "M1", NINE)), on(day, timed("B", "M2", NINE)))
    assert summaries(walk.published) == ["A1 PASS", second]
    assert [slot.claim_id for slot in walk.day(ADA, DAY)] == kept
    assert (walk.supervisors.claim(ADA, "M1", "A") is not None) == ("A" in kept)


def test_deleted_state_becomes_a_tombstone() -> None:
    store = MemoryStore()
    overlay = UncommittedState(store)
    walk = Walk(supervisors=StoredSupervisors(overlay), retention=Retention(DAYS))
    march = date(2025, 3, 31)
    walk.send(on(0, timed("A", "M1", NINE)), on(0, timed("B", "M2", NINE, day=march)))
    overlay.keep_event()
    overlay.merge()
    before = store.snapshot()
    assert [key[:1] for key in sorted(before)] == [b"d", b"d", b"q", b"s", b"s"]

    walk.send(on(DAYS + 1, timed("C", "M3", TEN, day=date(2026, 3, 1))))
    gone = {key for key, value in overlay.event.items() if value is None}
    assert gone == {key for key in before if not key.startswith(b"q")}
    overlay.keep_event()
    overlay.merge()
    assert [key[:1] for key in sorted(store.snapshot())] == [b"d", b"q", b"s"]


def test_an_event_keeps_its_own_quarter_only() -> None:
    walk = walk_of(
        on(0, timed("A", "M1", NINE)),
        on(0, timed("B", "M2", NINE, day=IN_APRIL)),
        on(DAYS, timed("C", "M3", TEN, day=IN_APRIL)),
        on(DAYS + 1, timed("D", "M4", ELEVEN, day=IN_APRIL)),
    )
    assert held(walk) == [date(2025, 4, 1)]
    assert [slot.claim_id for slot in walk.day(ADA, IN_APRIL)] == ["B", "C", "D"]
    assert walk.day(ADA, DAY) == ()


def test_only_events_of_a_supervisor_delete_its_state() -> None:
    walk = walk_of(
        on(0, timed("A", "M1", NINE)),
        on(0, timed("B", "M1", TEN, by=BEA)),
        on(DAYS + 1, timed("C", "M2", NINE, by=BEA, day=IN_APRIL)),
    )
    assert (held(walk, ADA), held(walk, BEA)) == ([date(2025, 1, 1)], [date(2025, 4, 1)])


def test_a_late_event_deletes_only_what_is_older() -> None:
    walk = walk_of(on(100, timed("A", "M1", NINE)), on(0, timed("B", "M2", TEN)))
    denied = walk.send(on(100 + DAYS, timed("C", "M3", NINE)))
    assert summaries(denied) == ["C1 DENY"]


def test_lines_denied_for_deleted_time_are_deleted_too() -> None:
    walk = walk_of(on(0, timed("A", "M1", NINE)), on(0, timed("B", "M2", NINE)))
    assert walk.supervisors.claim(ADA, "M2", "B") is not None
    sent = walk.send(
        on(DAYS + 1, timed("C", "M3", NINE, day=IN_APRIL)), on(DAYS + 1, voiding("A", "V"))
    )
    assert summaries(sent) == ["C1 PASS", "V1 PASS"]
    assert walk.supervisors.claim(ADA, "M2", "B") is None


def test_time_across_two_quarters_is_kept_as_long_as_either() -> None:
    night = timed("A", "M1", "23:00-01:00", day=date(2025, 3, 31))
    walk = walk_of(
        on(0, night),
        on(DAYS, timed("B", "M2", NINE, day=date(2025, 4, 1))),
        on(DAYS + 1, timed("C", "M3", "00:10-00:40", day=date(2025, 4, 1))),
    )
    assert summaries(walk.published) == ["A1 PASS", "B1 PASS", "C1 DENY"]
    record = walk.supervisors.claim(ADA, "M1", "A")
    assert record is not None
    assert record.dates == (date(2025, 4, 1),)
    walk.send(on(2 * DAYS + 2, timed("D", "M4", NINE, day=date(2025, 7, 1))))
    assert held(walk) == [date(2025, 7, 1)]
    assert walk.supervisors.claim(ADA, "M1", "A") is None


def test_time_is_given_back_across_quarters_with_one_of_them_deleted() -> None:
    night, morning = date(2025, 3, 31), date(2025, 4, 1)
    walk = walk_of(
        on(0, timed("A", "M1", "23:00-01:00", day=night)),
        on(0, timed("B", "M2", "23:00-01:00", day=night)),
        on(DAYS, timed("C", "M3", NINE, day=morning)),
        on(DAYS + 1, timed("D", "M4", TEN, day=morning)),
    )
    assert held(walk) == [morning]
    assert summaries(walk.send(on(DAYS, voiding("A", "V")))) == ["V1 PASS", "B2 PASS"]


@pytest.mark.parametrize("month", range(1, 13))
def test_every_day_of_a_quarter_is_deleted(month: int) -> None:
    days = [date(2024, month, day) for day in (1, monthrange(2024, month)[1])]
    walk = walk_of(
        *(on(0, timed(str(n), f"M{n}", NINE, day=each)) for n, each in enumerate(days)),
        on(DAYS + 1, timed("X", "M9", NINE, day=date(2026, 1, 1))),
    )
    assert [walk.day(ADA, each) for each in days] == [(), ()]
    assert held(walk) == [date(2026, 1, 1)]
