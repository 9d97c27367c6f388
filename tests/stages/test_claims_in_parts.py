"""A member with many claims: a list in parts is used exactly as a whole list, and stays bounded.

The oracle is the list as one value, which is what every version before schema id 129 kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.codec.framing import schema_id
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.member_state import ListBranch, ListedClaim
from stream_edits.engine.state.store import MemoryStore, UncommittedState
from stream_edits.stages.encounter import claim_list
from stream_edits.stages.encounter.claim_list import ClaimList
from stream_edits.stages.shared.memory import MemberDictionary
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.retention import Retention
from stream_edits.synthetic.generator import generate
from stream_edits.synthetic.people import npi
from tests.build import DAY, claim, line, moved, published
from tests.stages.reviewing import review
from tests.stages.test_partitioning import MEMBERS, years
from tests.stages.walk import EncodedMembers, Walk, listed

WHOLE = 10**9
DATES = [DAY + timedelta(days=n) for n in (0, 1, 2, 40, 400)]
IDS = [f"C{number}" for number in range(12)]


@contextmanager
def parts_of(most: int) -> Iterator[None]:
    """At most so many claims in a part."""
    before = claim_list.MOST, claim_list.MOST_IN_PART
    claim_list.MOST = claim_list.MOST_IN_PART = most
    try:
        yield
    finally:
        claim_list.MOST, claim_list.MOST_IN_PART = before


def with_reviews(
    claims: list[ClaimEvent], days: int, most: int | None
) -> tuple[list[ClaimDecision], dict[str, list[ListedClaim]], MemoryStore]:
    """The decisions on a history, every third of which is reviewed; the lists, and the state."""
    store = MemoryStore()
    walk = Walk(members=EncodedMembers(store), retention=Retention(days))
    with parts_of(most) if most else nullcontext():
        for number, event in enumerate(claims):
            sent = walk.send(event)
            if sent and sent[0].applicable and number % 3 == 0:
                made = review(sent[0], member_id=event.member_id)
                try:
                    walk.reviewed(replace(made, event_time=event.event_time + timedelta(hours=1)))
                except ReviewRefused:
                    continue
        lists = {
            member: sorted(listed(walk.members, member))
            for member in {each.member_id for each in claims}
        }
    return walk.published, lists, store


def reachable(store: MemoryStore, member_id: str) -> int:
    """The number of values that a member's list is kept in."""
    members = EncodedMembers(store)

    def parts(key: str, path: str) -> int:
        found = members.listed(member_id, *((key, path) if key or path else ()))
        if not isinstance(found, ListBranch):
            return 1
        digits = [f"{n:x}" for n, oldest in enumerate(found.oldest) if oldest]
        return 1 + sum(parts(key, path + digit) for digit in digits)

    keys = {key for each in listed(members, member_id) for key in each.listing_keys}
    in_parts = isinstance(members.listed(member_id), ListBranch)
    return parts("", "") + (sum(parts(key, "") for key in keys) if in_parts else 0)


@given(years(), st.sampled_from([30, 400]), st.sampled_from([1, 2, 3]))
def test_every_history_is_decided_as_with_a_whole_list(
    history: list[ClaimEvent], days: int, most: int
) -> None:
    decisions, lists, store = with_reviews(history, days, most)
    expected, expected_lists, _ = with_reviews(history, days, WHOLE)
    assert decisions == expected
    assert lists == expected_lists
    # Nothing is left behind when claims expire.
    kept = [key for key, _ in store.entries() if key.startswith(b"m")]
    members = {each.member_id for each in history}
    held = [m for m in members if EncodedMembers(store).listed(m)]
    assert len(kept) == sum(reachable(store, member) for member in held)


@pytest.mark.parametrize("most", [1, 5, None])
def test_generated_claims_of_few_members_are_decided_as_with_a_whole_list(most: int | None) -> None:
    claims = [
        replace(each, member_id=MEMBERS[place % 2])
        for place, each in enumerate(islice(generate(29, 300), 300))
    ]
    spread = [published(moved(each, place), place) for place, each in enumerate(claims)]
    for history in (claims, spread):
        decisions, lists, _ = with_reviews(history, 60, most)
        expected, expected_lists, _ = with_reviews(history, 60, WHOLE)
        assert decisions == expected
        assert lists == expected_lists


changes = st.lists(
    st.tuples(
        st.sampled_from(["list", "list", "list", "remove", "keep", "expire"]),
        st.sampled_from(IDS),
        st.sampled_from(DATES),
        st.sets(st.sampled_from(["a|1", "a|2", "b|1"])),
    ),
    max_size=60,
)


@given(changes, st.sampled_from([1, 2, 4]))
def test_a_list_in_parts_holds_what_a_dictionary_does(
    todo: list[tuple[str, str, date, set[str]]], most: int
) -> None:
    memory, model = MemberDictionary(), dict[str, ListedClaim]()
    with parts_of(most):
        # The root is a branch from the first change on.
        first = [ListedClaim(f"F{n}", DATES[-1], ("a|1",)) for n in range(most + 1)]
        held = ClaimList(memory, "M1", first)
        model = {each.claim_id: each for each in first}
        for what, claim_id, day, keys in todo:
            if what == "list":
                held[claim_id] = model[claim_id] = ListedClaim(claim_id, day, tuple(sorted(keys)))
            elif what == "remove" and claim_id in model:
                del held[claim_id], model[claim_id]
            elif what == "expire":
                gone = held.before(day)
                assert sorted(gone) == sorted(k for k, x in model.items() if x.newest < day)
                for each in gone:
                    del held[each], model[each]
            elif what == "keep":
                held.keep()
                held = ClaimList(memory, "M1")
            check(held, model)


def check(held: ClaimList, model: dict[str, ListedClaim]) -> None:
    assert len(held) == len(model)
    assert {each.claim_id: each for each in held} == model
    for claim_id in IDS:
        assert held.get(claim_id) == model.get(claim_id)
        assert (claim_id in held) is (claim_id in model)
    for key in ("a|1", "a|2", "b|1", "c|9"):
        under = [claim_id for claim_id, each in model.items() if key in each.listing_keys]
        assert sorted(held.under(key)) == sorted(under)


def test_a_claim_that_is_not_listed_is_an_error() -> None:
    held = ClaimList(MemberDictionary(), "M1")
    with pytest.raises(KeyError):
        held["C1"]


class Writes:
    """An encounter stage with one member, and what each event writes to its list."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self._view = UncommittedState(self.store)
        self._walk = Walk(members=EncodedMembers(self._view))

    def send(self, *claims: ClaimEvent) -> list[bytes]:
        """Send claims together. Returns the values of the list that they write."""
        self._walk.send(*claims)
        written = [value for key, value in self._view.event.items() if key.startswith(b"m")]
        self._view.keep_event()
        self._view.merge()
        return [value for value in written if value is not None]


def numbered(number: int, **fields: Any) -> ClaimEvent:
    """A claim that no other one is judged with."""
    billed = claim(f"C{number}", line("96365"), billing_provider_npi=npi(number), **fields)
    return published(billed, number // 20)


def test_an_event_writes_few_small_values_however_many_claims_there_are() -> None:
    writes = Writes()
    for number in range(claim_list.MOST + 1):
        writes.send(numbered(number))
    numbers, largest = [], 0
    for number in range(claim_list.MOST + 1, 1500):
        values = writes.send(numbered(number))
        numbers.append(len(values))
        largest = max(largest, *map(len, values))
    # The root, a part, and the listing key of the day. A part that is split becomes up to 17.
    assert min(numbers) == 3
    assert max(numbers) <= 3 + 16
    assert sum(numbers) < 4 * len(numbers)
    assert largest < 60 * claim_list.MOST_IN_PART


def test_a_short_list_stays_one_value_of_the_earlier_schema() -> None:
    writes = Writes()
    for number in range(claim_list.MOST):
        (value,) = writes.send(numbered(number))
        assert schema_id(value) == 114
    values = writes.send(numbered(claim_list.MOST))
    assert {schema_id(value) for value in values} == {114, 129}


def test_the_number_of_a_member_s_claims_is_known() -> None:
    members = EncodedMembers(MemoryStore())
    walk = Walk(members=members)
    for number in range(claim_list.MOST + 20):
        walk.send(numbered(number))
        assert members.size == number + 1
