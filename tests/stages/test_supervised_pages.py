"""A supervisor's day in pages decides as it did as one value, whatever happens to it.

``plain_supervision.py`` is the oracle: the session of the time when a day was one tuple. Both runs
get the same events. Pages are made so small that a day becomes a tree of several levels.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.codec.state import decode_page
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.messages import RoutedReview, SupervisedClaim
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.domain.supervisor_state import DayPage
from stream_edits.stages.pipeline import Input, Message
from stream_edits.stages.shared.memory import SupervisorMemory
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.retention import Retention
from stream_edits.stages.supervision import day_pages
from stream_edits.stages.supervision import stage as supervision
from stream_edits.stages.supervision.supervisor import _MONITORED
from tests.build import ADA, BEA, CLINIC, OTHER_CLINIC, claim, line, published, voiding
from tests.modes.histories import excluding, overlay_of, policies_with
from tests.stages.plain_supervision import PlainSession
from tests.stages.plain_supervisors import PlainSupervisors
from tests.stages.reviewing import review
from tests.stages.walk import SHIPPED, Walk, day_of
from tests.stages.wire import State

MEMBERS = [f"M{number}" for number in range(1, 9)]
# Before and after midnight, and the end of a quarter.
DAYS = [date(2025, 3, 31), date(2025, 4, 1), date(2025, 4, 2)]
KEPT_DAYS = 60
EDIT = "simultaneous-supervision"
POLICIES = {
    "enforced": SHIPPED,
    "monitored": policies_with(overlay_of(EDIT, "monitor")),
    "of one provider": policies_with(excluding(EDIT, [CLINIC])),
    "monitored later": policies_with(overlay_of(EDIT, "monitor", DAYS[1].isoformat())),
}
Event = ClaimEvent | ReviewEvent


class Plain(Walk):
    """A run with the oracle in place of the supervisor's session."""

    def step(self, message: Input) -> list[Message]:
        if not isinstance(message, SupervisedClaim | RoutedReview):
            return super().step(message)
        with patch.object(supervision, "SupervisorSession", PlainSession):
            return super().step(message)


class Both:
    """Two runs over the same events, with the oracle and with pages, and their state."""

    def __init__(self, under: str) -> None:
        self.plain_state, self.state = PlainSupervisors(), State()
        oracle: Any = self.plain_state
        how: dict[str, Any] = {"under": POLICIES[under], "retention": Retention(KEPT_DAYS)}
        self.plain = Plain(supervisors=oracle, **how)
        self.paged = Walk(supervisors=StoredSupervisors(self.state), **how)

    def take(self, event: Event) -> list[ClaimDecision]:
        """Let both process an event, and compare what they say of it."""
        expected, found = [_taken(walk, event) for walk in (self.plain, self.paged)]
        assert found == expected
        return found

    def compare_state(self) -> None:
        """Compare what is left: every slot, and the records of the claims."""
        supervisors = self.paged.supervisors
        for (npi, day), slots in self.plain_state.days.items():
            assert set(day_of(supervisors, npi, day)) == set(slots)
        for key, record in self.plain_state.claims.items():
            kept = supervisors.claim(*key)
            assert kept is not None
            assert kept._replace(starts=()) == record._replace(starts=())
        records = [key for key in self.state.kept if key[:1] == b"s"]
        assert len(records) == len(self.plain_state.claims)
        self.compare_pages(supervisors)

    def compare_pages(self, supervisors: SupervisorMemory) -> None:
        """Look at the pages: none too full, none lost, none empty, and no day left over."""
        known = 0
        for npi, day in self.plain_state.days:
            known += sum(1 for _ in _pages(supervisors, npi, day))
        kept = [value for key, value in self.state.kept.items() if key[:1] == b"d"]
        assert len(kept) == known
        for page in map(decode_page, kept):
            assert len(page.slots) + len(page.parts.pages) > 0
            assert len(page.slots) <= day_pages.MOST_SLOTS
            assert len(page.parts.pages) <= day_pages.MOST_PARTS


def _taken(walk: Walk, event: Event) -> list[ClaimDecision]:
    if isinstance(event, ClaimEvent):
        return walk.send(event)
    with suppress(ReviewRefused):
        return walk.reviewed(event)
    return []


def _pages(supervisors: SupervisorMemory, npi: str, day: date) -> Iterator[DayPage]:
    numbers = [0]
    while numbers:
        page = supervisors.page(npi, day, numbers.pop())
        if page is not None:
            yield page
            numbers += page.parts.pages


def moment(draw: random.Random) -> tuple[datetime, datetime]:
    """A time of one of the days, often one that others have, sometimes across midnight."""
    day = draw.choice(DAYS)
    hour, minute = draw.choice([9, 9, 9, 10, 23, draw.randrange(24)]), draw.choice([0, 0, 30, 45])
    start = datetime(day.year, day.month, day.day, hour, minute)
    return start, start + timedelta(minutes=draw.choice([15, 30, 60, 60, 120, 1500]))


def new_claim(draw: random.Random, name: str, member: str, **fields: Any) -> ClaimEvent:
    """A claim of one to three lines under one or two supervisors."""
    lines = []
    is_at_one_time = draw.random() < 0.3
    start, end = moment(draw)
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        start, end = (start, end) if is_at_one_time else moment(draw)
        by = draw.choice([ADA, ADA, ADA, BEA])
        made = line(draw.choice(["96365", "96366", "96374"]), by=by, day=start.date())
        lines.append(replace(made, start_time=start, end_time=end))
    npi = draw.choice([CLINIC, CLINIC, OTHER_CLINIC])
    return claim(name, *lines, member_id=member, billing_provider_npi=npi, **fields)


def next_event(draw: random.Random, place: int, both: Both, sent: Sequence[ClaimEvent]) -> Event:
    """A new claim, or something about an earlier one."""
    kind = draw.random()
    known = draw.choice(sent) if sent else None
    if known is None or kind < 0.55:
        return new_claim(draw, f"C{place}", draw.choice(MEMBERS))
    if kind < 0.65:
        again = voiding(known.claim_id, f"V{place}", member_id=known.member_id)
        return replace(again, billing_provider_npi=known.billing_provider_npi)
    if kind < 0.75:
        fields = {"frequency_code": "7", "replaces_claim_id": known.claim_id}
        made = new_claim(draw, f"R{place}", known.member_id, **fields)
        return replace(made, billing_provider_npi=known.billing_provider_npi)
    if kind < 0.82:
        made = new_claim(draw, known.claim_id, known.member_id, event=f"E{place}")
        return replace(made, billing_provider_npi=known.billing_provider_npi)
    if kind < 0.85 or not both.paged.published:
        return known
    return next_review(draw, both.paged.published, sent)


def next_review(
    draw: random.Random, decisions: Sequence[ClaimDecision], sent: Sequence[ClaimEvent]
) -> ReviewEvent:
    """A review of some decision, mostly of one with a finding of the supervision stage."""
    found = [each for each in decisions if any(x.edit_id == EDIT for x in each.findings)]
    decision = draw.choice(found if found and draw.random() < 0.8 else decisions)
    member = next(each.member_id for each in sent if each.claim_id == decision.claim_id)
    outcome, number = draw.choice(list(ReviewOutcome)), draw.choice([None, 1, 2])
    fields: dict[str, Any] = {}
    if outcome is ReviewOutcome.APPROVE and number:
        fields = {"allowed_units": draw.choice([None, 0.5, 2.0])}
    edit = draw.choice([None, EDIT])
    return review(decision, outcome, number, edit, member_id=member, **fields)


def run(both: Both, draw: random.Random, events: int) -> None:
    sent: list[ClaimEvent] = []
    age = 0
    for place in range(events):
        age += draw.random() < 0.03 and draw.choice([45, KEPT_DAYS])
        event = next_event(draw, place, both, sent)
        if isinstance(event, ClaimEvent) and event not in sent:
            event = published(event, age)
            sent.append(event)
        both.take(event)


@pytest.mark.parametrize("under", POLICIES)
@pytest.mark.parametrize("most", [2, 3, 32])
@pytest.mark.parametrize("seed", range(6))
def test_a_day_in_pages_decides_as_one_value_did(seed: int, most: int, under: str) -> None:
    both = Both(under)
    with patch.multiple(day_pages, MOST_SLOTS=most, MOST_PARTS=most):
        run(both, random.Random(f"{seed} {most} {under}"), 70)
        both.compare_state()


def test_the_histories_have_what_they_are_for() -> None:
    """Trees of several levels, lines denied and given their time, monitored days, and deletions."""
    levels, reopened, monitored, forgotten = 0, 0, False, False
    for under in POLICIES:
        both = Both(under)
        with patch.multiple(day_pages, MOST_SLOTS=2, MOST_PARTS=2):
            run(both, random.Random(f"0 2 {under}"), 70)
        days = [(npi, day) for npi, day in both.plain_state.days]
        levels = max([levels, *(_levels(both.paged.supervisors, *each) for each in days)])
        reopened += sum(decision.revision > 1 for decision in both.paged.published)
        monitored |= any(npi.startswith(_MONITORED) for npi, _ in days)
        forgotten |= any(not slots for slots in both.plain_state.days.values())
    assert levels >= 3
    assert reopened > 20
    assert monitored
    assert forgotten


def _levels(supervisors: SupervisorMemory, npi: str, day: date, number: int = 0) -> int:
    page = supervisors.page(npi, day, number)
    if page is None:
        return 0
    return 1 + max((_levels(supervisors, npi, day, each) for each in page.parts.pages), default=0)
