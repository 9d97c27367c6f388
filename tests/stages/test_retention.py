"""Retention of the encounter stage: it deletes claims that no event has named for too long."""

from datetime import timedelta
from typing import Any

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.messages import Reopen
from stream_edits.engine.state.store import MemoryStore, UncommittedState
from stream_edits.settings import Settings
from stream_edits.stages.shared.refused_reviews import UnknownReview
from stream_edits.stages.shared.retention import DEFAULT_RETENTION, Retention
from tests.build import claim, infusion, line, published, replacing, voiding
from tests.stages.reviewing import review
from tests.stages.walk import EncodedMembers, Walk, edits, listed, summaries

DAYS = 400


def original(claim_id: str, *codes: str, **fields: Any) -> ClaimEvent:
    return claim(claim_id, *(line(code) for code in codes or ("96365",)), **fields)


def on(day: int, event: ClaimEvent) -> ClaimEvent:
    return published(event, day)


def walk_of(*events: ClaimEvent) -> Walk:
    walk = Walk(retention=Retention(DAYS))
    walk.send(*events)
    return walk


def remembered(walk: Walk, member_id: str = "M1") -> list[str]:
    """The claims that are in the list and have a record. Both must be equal."""
    names = [each.claim_id for each in listed(walk.members, member_id)]
    assert all(walk.members.claim(member_id, name) for name in names)
    return names


def test_the_setting_s_default_is_that_of_the_stages() -> None:
    assert Retention(Settings().retention_days) == DEFAULT_RETENTION


@pytest.mark.parametrize(
    ("day", "second", "kept"),
    [(DAYS, "B1 DENY", ["A", "B"]), (DAYS + 1, "B1 PASS", ["B"])],
)
@pytest.mark.parametrize("hours", [(0, 23), (23, 0)])
def test_a_claim_is_kept_for_exactly_the_retention(
    day: int, second: str, kept: list[str], hours: tuple[int, int]
) -> None:
    first, last = hours
    walk = walk_of(published(original("A"), 0, first), published(original("B"), day, last))
    assert summaries(walk.published) == ["A1 PASS", second]
    assert remembered(walk) == kept
    assert (walk.members.claim("M1", "A") is not None) == ("A" in kept)


def test_deleted_state_becomes_a_tombstone() -> None:
    store = MemoryStore()
    overlay = UncommittedState(store)
    walk = Walk(members=EncodedMembers(overlay), retention=Retention(DAYS))
    walk.send(on(0, original("A")), on(0, original("B", "96372")))
    overlay.keep_event()
    overlay.merge()
    before = store.snapshot()
    assert [key[:1] for key in sorted(before)] == [b"c", b"c", b"m"]

    walk.send(on(DAYS + 1, original("C")))
    gone = {key for key, value in overlay.event.items() if value is None}
    assert gone == {key for key in before if key.startswith(b"c")}
    overlay.keep_event()
    overlay.merge()
    assert [key[:1] for key in sorted(store.snapshot())] == [b"c", b"m"]


def test_an_open_claim_is_deleted_without_a_decision() -> None:
    walk = walk_of(on(0, original("A", "96366")), on(DAYS + 1, original("B")))
    assert summaries(walk.published) == ["A1 PEND", "B1 PASS"]
    assert remembered(walk) == ["B"]


@pytest.mark.parametrize("way", ["corrected", "sent again", "replaced", "voided"])
def test_every_event_that_names_a_claim_keeps_it(way: str) -> None:
    naming = {
        "corrected": original("A", "96365", "96372"),
        "sent again": original("A"),
        "replaced": replacing("A", "R", line("96365")),
        "voided": voiding("A", "R"),
    }[way]
    walk = walk_of(on(0, original("A")), on(DAYS, naming), on(2 * DAYS, original("X", "96372")))
    assert "A" in remembered(walk)
    walk.send(on(2 * DAYS + 1, original("Y", "96372")))
    assert "A" not in remembered(walk)


@pytest.mark.parametrize("day", [2 * DAYS, 2 * DAYS + 1])
def test_a_withdrawn_claim_stays_withdrawn_within_the_retention(day: int) -> None:
    walk = walk_of(on(0, original("A")), on(DAYS, voiding("A", "V")))
    (late,) = walk.send(on(day, original("A", "96365", "96372")))
    assert edits(late) == (["already-replaced"] if day == 2 * DAYS else [])
    assert late.revision == (2 if day == 2 * DAYS else 1)


@pytest.mark.parametrize("day", [DAYS, DAYS + 1])
def test_a_withdrawn_claim_that_never_arrived_is_deleted_too(day: int) -> None:
    walk = walk_of(on(0, voiding("A", "V")))
    (late,) = walk.send(on(day, original("A")))
    assert edits(late) == (["already-replaced"] if day == DAYS else [])


def test_an_event_of_another_claim_does_not_keep_a_claim() -> None:
    walk = walk_of(on(0, original("A", "96366")), on(DAYS, original("B")))
    assert summaries(walk.published) == ["A1 PEND", "B1 PASS", "A2 PASS"]
    walk.send(on(DAYS + 1, original("C", "96372")))
    assert remembered(walk) == ["B", "C"]


def test_a_late_event_deletes_only_what_is_older() -> None:
    walk = walk_of(
        on(100, original("A")), on(100 + DAYS, original("B")), on(0, original("C", "96372"))
    )
    assert remembered(walk) == ["A", "B", "C"]
    walk.send(on(DAYS, original("D", "96372")))
    assert remembered(walk) == ["A", "B", "C", "D"]
    walk.send(on(DAYS + 1, original("E", "96372")))
    assert remembered(walk) == ["A", "B", "D", "E"]


def test_a_late_correction_does_not_age_a_claim() -> None:
    walk = walk_of(on(100, original("A")), on(0, original("A", "96365", "96372")))
    walk.send(on(100 + DAYS, original("B", "96372")))
    assert remembered(walk) == ["A", "B"]


def test_a_deleted_claim_that_returns_is_new() -> None:
    first = on(0, original("A"))
    walk = walk_of(first)
    (again,) = walk.send(on(DAYS + 1, original("A")))
    assert (again.claim_id, again.revision, again.supersedes) == ("A", 1, None)
    assert again.decision_id != walk.published[0].decision_id


@pytest.mark.parametrize("day", [DAYS, DAYS + 1])
def test_a_review_of_a_claim_that_returned_does_not_see_the_expired_one(day: int) -> None:
    walk = walk_of(on(0, original("A", "96366")))
    (again,) = walk.send(on(day, original("A", "96365")))
    assert summaries([again]) == ["A2 PASS" if day == DAYS else "A1 PASS"]
    assert walk.members.reviewable("M1", "A") is None
    with pytest.raises(UnknownReview):
        walk.reviewed(review(again, minute=60 * 24 * day))


def test_the_same_event_after_the_retention_gets_the_same_decision() -> None:
    first = on(0, original("A"))
    walk = walk_of(first, on(DAYS + 1, original("B", "96372")))
    (again,) = walk.send(first)
    assert again == walk.published[0]


def test_an_event_of_another_member_deletes_nothing() -> None:
    walk = walk_of(on(0, original("A")), on(10 * DAYS, original("B", member_id="M2")))
    assert (remembered(walk), remembered(walk, "M2")) == (["A"], ["B"])


def freed_by_a_void() -> tuple[Walk, Reopen]:
    """A run in which B, denied for overlap, gets A's time; its reopening is not processed yet."""
    walk = walk_of(
        on(0, infusion("A", "M1", "09:00-10:00")), on(0, infusion("B", "M2", "09:00-10:00"))
    )
    decision, reopen = walk.step(walk.hop(on(DAYS, voiding("A", "V"))))
    assert isinstance(decision, ClaimDecision)
    assert isinstance(reopen, Reopen)
    return walk, reopen


def test_time_given_back_by_another_member_deletes_nothing() -> None:
    walk, reopen = freed_by_a_void()
    late = reopen._replace(decided_at=reopen.decided_at + timedelta(days=DAYS))
    assert summaries(walk.take(late)) == ["B2 PASS"]
    assert remembered(walk, "M2") == ["B"]
    walk.send(on(DAYS + 1, original("C", "96372", member_id="M2")))
    assert remembered(walk, "M2") == ["C"]


def test_a_reopening_of_a_deleted_claim_is_ignored() -> None:
    walk, reopen = freed_by_a_void()
    walk.send(on(DAYS + 1, original("C", "96372", member_id="M2")))
    assert walk.take(reopen) == []


def test_a_reopening_is_ignored_for_a_new_claim_with_the_same_id() -> None:
    walk, reopen = freed_by_a_void()
    back = on(DAYS + 1, original("B", member_id="M2"))
    assert [each.revision for each in walk.send(back)] == [1]
    assert walk.take(reopen) == []
