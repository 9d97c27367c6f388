"""Years of claims of the same members and supervisors: state holds only recent claims."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.domain.claim import ClaimEvent
from stream_edits.engine.state.store import MemoryStore
from stream_edits.stages.encounter.claim_list import MOST
from stream_edits.stages.shared.retention import Retention
from tests.build import ADA, BEA, claim, line, moved, published
from tests.stages.walk import EncodedMembers, Walk, listed

DAYS = 364
YEARS = 8
WEEKS = 52 * YEARS
MEMBERS = {"M1": ("09:00-10:00", ADA), "M2": ("10:00-11:00", ADA), "M3": ("09:00-10:00", BEA)}
# A claim is a week younger than the one before it; the oldest is exactly DAYS old.
YOUNG = DAYS // 7 + 1


def is_open(number: int) -> bool:
    return number % 5 == 0


def check_entries(store: MemoryStore, weeks: range) -> None:
    """The encounter stage has a record of each claim, and what a review of an open one needs.

    The list of a member's claims is in parts: one for each week, and few by claim id.
    """
    kinds = Counter(key[:1] for key, _ in store.entries())
    assert kinds.pop(b"c") == len(MEMBERS) * len(weeks)
    assert kinds.pop(b"r") == len(MEMBERS) * sum(map(is_open, weeks))
    assert len(weeks) > MOST
    assert 0 <= kinds.pop(b"m") - len(MEMBERS) * len(weeks) <= len(MEMBERS) * len(weeks) // 2
    assert not kinds


def week(number: int) -> Iterator[ClaimEvent]:
    """An infusion of each member; every fifth is only an add-on and stays open."""
    for member, (at, by) in MEMBERS.items():
        billed = line("96366" if is_open(number) else "96365", at, by=by)
        made = claim(f"{member}-{number}", billed, member_id=member)
        yield published(moved(made, 7 * number), 7 * number)


class Memory:
    """The state of both stages, with claims week by week."""

    def __init__(self, days: int) -> None:
        self.members, self.supervisors = MemoryStore(), MemoryStore()
        self._walk = Walk(
            members=EncodedMembers(self.members),
            supervisors=StoredSupervisors(self.supervisors),
            retention=Retention(days),
        )
        self._week = 0

    def live(self, weeks: int) -> None:
        for _ in range(weeks):
            self._walk.send(*week(self._week))
            self._week += 1

    def size(self) -> int:
        """The bytes of all keys and values."""
        stores = (self.members.snapshot(), self.supervisors.snapshot())
        return sum(len(key) + len(value) for each in stores for key, value in each.items())


def test_years_of_claims_do_not_grow_the_state() -> None:
    memory = Memory(DAYS)
    memory.live(2 * 52)
    sizes = []
    for year in range(2, YEARS):
        memory.live(52)
        sizes.append(memory.size())
        now = 52 * (year + 1)
        check_entries(memory.members, range(now - YOUNG, now))
        # Recent claims, and up to 14 weeks more in a quarter that is not entirely old.
        of_each = YOUNG + 14
        days, claims = 2 * of_each, 3 * of_each
        assert len(memory.supervisors) <= days + claims + 2
    assert max(sizes) < 1.1 * min(sizes)


@pytest.mark.parametrize("weeks", [52, 104])
def test_recent_claims_are_all_kept(weeks: int) -> None:
    memory = Memory(DAYS * YEARS)
    memory.live(weeks)
    check_entries(memory.members, range(weeks))
    assert len(memory.supervisors) == 2 * weeks + 3 * weeks + 2


def test_the_last_year_is_complete() -> None:
    memory = Memory(DAYS)
    memory.live(WEEKS // 2)
    newest = range(WEEKS // 2 - YOUNG, WEEKS // 2)
    members = EncodedMembers(memory.members)
    kept = sorted(listed(members, "M1"), key=lambda each: each.newest)
    assert [x.claim_id for x in kept] == [f"M1-{n}" for n in newest]
    assert kept[-1].newest - kept[0].newest == timedelta(DAYS)
