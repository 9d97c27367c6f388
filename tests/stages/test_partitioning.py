"""The decisions for a key do not depend on which other keys share its partition.

A key is a member for the encounter stage, a supervisor for the supervision stage.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.engine.state.store import MemoryStore
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.pipeline import Input, Message
from stream_edits.stages.shared.memory import MemberDictionary, SupervisorDictionary
from stream_edits.stages.shared.retention import Retention
from stream_edits.stages.supervision.stage import supervise
from tests.build import ADA, BEA, moved, published
from tests.stages.infusions import histories, often
from tests.stages.walk import EncodedMembers, Walk, day_of, listed

DAYS = 30
MEMBERS = ("M1", "M2", "M3")
_GAPS = st.sampled_from([0, 1, 10, 29, 30, 31, 61, -10, -40])
_PLACES = st.sampled_from([0, 0, 0, 76, 90])


@st.composite
def years(draw: st.DrawFn) -> list[ClaimEvent]:
    """A history of three members over several quarters, with long gaps and some late events."""
    day, history = 50, []
    for event in draw(histories(least=3, most=10, members=len(MEMBERS))):
        day += draw(_GAPS)
        history.append(published(moved(event, draw(_PLACES)), day))
    return history


class Step(NamedTuple):
    """A message to a stage, and the messages it sent."""

    message: Message
    sent: list[Message]

    @property
    def key(self) -> str:
        """The member or supervisor that is the key of the message."""
        match self.message:
            case RoutedClaim(claim):
                return claim.member_id
            case Reopen(freed):
                return freed.member_id
            case SupervisedClaim():
                return self.message.hops[0]
        return ""


class Recorded(Walk):
    """A run that records every step."""

    def __init__(self) -> None:
        super().__init__(retention=Retention(DAYS))
        self.steps: list[Step] = []

    def step(self, message: Input) -> list[Message]:
        sent = super().step(message)
        self.steps.append(Step(message, sent))
        return sent

    def repeated(self, steps: Iterable[Step]) -> None:
        """Process these messages again as one partition, and compare the results."""
        members, supervisors = MemberDictionary(), SupervisorDictionary()
        for offset, (message, sent) in enumerate(steps):
            if isinstance(message, SupervisedClaim | RoutedReview):
                done = supervise(self.builder, self._retention, supervisors, message, offset)
                again: list[Message] = list(done.sent)
                assert again == sent
            elif not isinstance(message, ClaimDecision):
                try:
                    again = list(self._encounter.decide(members, message, offset))
                except ClaimIdReused:
                    again = []
                assert _without_places(again) == _without_places(sent)


def _without_places(messages: list[Message]) -> list[Message]:
    """The messages without the log offsets of their events, of which only the order counts."""
    return [
        each._replace(event_order=0) if isinstance(each, SupervisedClaim) else each
        for each in messages
    ]


@given(years(), st.data())
def test_the_log_of_a_key_alone_gives_the_same_results_as_among_others(
    history: list[ClaimEvent], data: st.DataObject
) -> None:
    walk = Recorded()
    walk.send(*history)
    by_key: dict[str, list[Step]] = {}
    for step in walk.steps:
        by_key.setdefault(step.key, []).append(step)
    for steps in by_key.values():
        walk.repeated(steps)
    # Random groups of keys, with the log of one key after another's.
    partitions: dict[int, list[Step]] = {}
    for steps in by_key.values():
        partitions.setdefault(data.draw(st.integers(0, 2)), []).extend(steps)
    for partition in partitions.values():
        walk.repeated(partition)


def with_own_supervisors(event: ClaimEvent) -> ClaimEvent:
    """The claim with supervisors that no other member has."""
    number = event.member_id[1:]
    own = {ADA: f"1{number}", BEA: f"2{number}"}
    lines = tuple(
        replace(each, supervising_provider_npi=own.get(each.supervising_provider_npi or ""))
        for each in event.lines
    )
    return replace(event, lines=lines, attending_provider_npi=None)


@given(years(), st.data())
def test_members_without_common_supervisors_are_decided_as_if_alone(
    history: list[ClaimEvent], data: st.DataObject
) -> None:
    own = {m: [with_own_supervisors(e) for e in history if e.member_id == m] for m in MEMBERS}
    alone = {member: decide(events) for member, events in own.items()}
    queues = {member: iter(events) for member, events in own.items()}
    turns = data.draw(st.permutations([event.member_id for event in history]))
    together = decide(next(queues[member]) for member in turns)
    for member, decisions in alone.items():
        mine = {event.event_id for event in own[member]}
        assert [d for d in together if d.event_id in mine] == decisions


def decide(events: Iterable[ClaimEvent]) -> list[ClaimDecision]:
    walk = Walk(retention=Retention(DAYS))
    return walk.send(*events)


@given(years(), often(DAYS, 0, 10_000))
def test_state_holds_no_unreachable_entries(history: list[ClaimEvent], days: int) -> None:
    claims, times = MemoryStore(), MemoryStore()
    members, supervisors = EncodedMembers(claims), StoredSupervisors(times)
    walk = Walk(members=members, supervisors=supervisors, retention=Retention(days))
    walk.send(*history)
    found = [(m, each.claim_id) for m in MEMBERS for each in listed(members, m)]
    assert all(members.claim(*each) for each in found)
    reviewable = [each for each in found if members.reviewable(*each)]
    assert kinds(claims) == {
        kind: count
        for kind, count in (
            (b"c", len(found)),
            (b"m", len({m for m, _ in found})),
            (b"r", len(reviewable)),
        )
        if count or kind != b"r"
    }

    held = [(npi, quarter.first) for npi in (ADA, BEA) for quarter in supervisors.quarters(npi)]
    days_of = {(npi, first + timedelta(days=n)) for npi, first in held for n in range(92)}
    slots = {(npi, day): day_of(supervisors, npi, day) for npi, day in days_of}
    records = {(npi, s.member_id, s.claim_id) for (npi, _), day in slots.items() for s in day}
    assert all(supervisors.claim(*each) for each in records)
    assert kinds(times) == {
        kind: count
        for kind, count in (
            (b"d", sum(map(bool, slots.values()))),
            (b"q", len({npi for npi, _ in held})),
            (b"s", len(records)),
        )
        if count
    }


def kinds(store: MemoryStore) -> dict[bytes, int]:
    """The number of entries of each kind of key."""
    found: dict[bytes, int] = {}
    for key in store.snapshot():
        found[key[:1]] = found.get(key[:1], 0) + 1
    return found
