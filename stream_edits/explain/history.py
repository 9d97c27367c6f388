"""The events of a file or topic, processed in order, with every decision that each one caused."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.report.wording import without_payment
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.retention import DEFAULT_RETENTION, Retention

Event = ClaimEvent | ReviewEvent
Events = Sequence[tuple[Event, Source]]


class Step(NamedTuple):
    """One event, and the decisions that it caused on its own and on other claims."""

    event: Event
    decisions: tuple[ClaimDecision, ...]


class History:
    """Every event so far, and the state that they left.

    ``newest`` has the decision in force on each claim, by claim id, and ``withdrawn`` the claim
    that replaced or voided a claim.
    """

    def __init__(self, builder: DecisionBuilder, retention: Retention = DEFAULT_RETENTION) -> None:
        self.run = Pipeline(builder, retention)
        self.steps: list[Step] = []
        self.newest: dict[str, ClaimDecision] = {}
        self.withdrawn: dict[str, str] = {}
        self._claims: dict[tuple[str, str], ClaimEvent] = {}

    def take(self, event: Event, source: Source) -> Step:
        """Process an event. Raises ClaimIdReused, ReviewRefused."""
        if isinstance(event, ReviewEvent):
            step = Step(event, tuple(self.run.review(event)))
        else:
            step = Step(event, tuple(self.run.decide(event, source)))
            self._claims[event.claim_id, event.event_id] = event
        self.steps.append(step)
        self.newest |= in_force(step.decisions)
        for each in step.decisions:
            if each.withdrawn_claim_id is not None:
                self.withdrawn[each.withdrawn_claim_id] = each.claim_id
        return step

    def content(self, claim_id: str) -> ClaimEvent | None:
        """The content of a claim that its newest decision is about, None without either."""
        decision = self.newest.get(claim_id)
        return None if decision is None else self._claims.get((claim_id, decision.event_id))

    def billing(self, claim_id: str) -> ClaimEvent | None:
        """The content of a claim whose services are billed: no void, replaced or voided claim."""
        content = self.content(claim_id)
        if content is None or content.is_void or claim_id in self.withdrawn:
            return None
        return None if without_payment(self.newest[claim_id], {}) else content

    @property
    def last_time(self) -> datetime:
        """The time of the latest event."""
        return max(step.event.event_time for step in self.steps)


def in_force(decisions: Iterable[ClaimDecision]) -> dict[str, ClaimDecision]:
    """The newest of the decisions on each claim."""
    newest: dict[str, ClaimDecision] = {}
    for each in decisions:
        known = newest.get(each.claim_id)
        if known is None or each.revision >= known.revision:
            newest[each.claim_id] = each
    return newest


def near(events: Events, claim_id: str) -> Events:
    """The events that bear on a claim: those of its member, and of members with a supervisor of it.

    Empty if no event is about the claim.
    """
    own = [x for x, _ in events if isinstance(x, ClaimEvent) and x.claim_id == claim_id]
    members = {claim.member_id for claim in own}
    supervisors = supervisors_of(own)
    for event, _ in events:
        if isinstance(event, ClaimEvent) and not supervisors.isdisjoint(supervisors_of([event])):
            members.add(event.member_id)
    return [each for each in events if each[0].member_id in members]


def supervisors_of(claims: Iterable[ClaimEvent]) -> set[str]:
    """The NPIs of the supervisors of these claims."""
    return {line.supervisor for claim in claims for line in claim.lines if line.supervisor}
