"""Decides the same claims under several policies at once, and keeps where the decisions differ.

The first side is the baseline. Of a claim that no side governs nothing is kept, of any other its
newest decisions. What was not used lately is on disk (impact/spill.py).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.messages import RoutedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.impact.outcome import Judged, is_same
from stream_edits.impact.spill import Disk, Spilled
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.memory import MemberDictionary, SupervisorDictionary
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.retention import Retention

Event = ClaimEvent | ReviewEvent
RefusedEvent = ClaimIdReused | ReviewRefused
_Published = dict[str, ClaimDecision]


class Sides(NamedTuple):
    """How each side decides, the baseline first, and how long its state is kept."""

    builders: tuple[DecisionBuilder, ...]
    retention: Retention


class Taken(NamedTuple):
    """What became of an event.

    ``refused`` says why no side could take it. ``is_kept`` is false for a claim that bears on no
    other: no side governs it.
    """

    refused: RefusedEvent | None
    is_kept: bool


class Comparison:
    """The pipelines of all sides, and the claims on which their newest decisions differ.

    With ``keeps_all`` it keeps also the claims that no side governs.
    """

    def __init__(self, sides: Sides, disk: Disk, *, keeps_all: bool = False) -> None:
        def make() -> Spilled[object, object]:
            return Spilled(disk)

        self._sides = [
            Pipeline(builder, sides.retention, MemberDictionary(make), SupervisorDictionary(make))
            for builder in sides.builders
        ]
        self._keeps_all = keeps_all
        self._judged: Spilled[str, Judged] = Spilled(disk)
        self._differing: Spilled[str, bool] = Spilled(disk)
        # Events that some sides took and others refused.
        self.taken_by_some = 0

    def take(self, event: Event, source: Source) -> Taken:
        """Decide a claim, or apply a review, on every side."""
        if isinstance(event, ReviewEvent):
            return self._review(event)
        messages = self._messages(event, source)
        first, *others = messages
        if (
            not self._keeps_all
            and isinstance(first, ClaimDecision)
            and all(isinstance(each, ClaimDecision) and is_same(first, each) for each in others)
            and event.claim_id not in self._judged
        ):
            return Taken(None, is_kept=False)
        runs = [
            partial(side.drain, [message])
            for side, message in zip(self._sides, messages, strict=True)
        ]
        return self._decide(runs, event)

    def judged(self, claim_id: str) -> Judged | None:
        """The newest decisions on a claim, None if it is not kept."""
        found: Judged | None = self._judged.get(claim_id)
        return found

    def kept(self, claim_id: str) -> Judged:
        """The same of a claim that is kept. Raises KeyError for another one."""
        return self._judged[claim_id]

    def differing(self) -> Iterator[tuple[str, Judged]]:
        """Each claim on which a side's decision differs from the baseline's, by claim id."""
        for claim_id, _ in self._differing.saved():
            yield claim_id, self._judged[claim_id]

    def _messages(self, claim: ClaimEvent, source: Source) -> list[ClaimDecision | RoutedClaim]:
        """What the intake of each side makes of a claim."""
        messages: list[ClaimDecision | RoutedClaim] = []
        routed: RoutedClaim | None = None
        for side in self._sides:
            message = side.intake(claim, source, routed)
            if isinstance(message, RoutedClaim):
                routed = message
            messages.append(message)
        return messages

    def _review(self, review: ReviewEvent) -> Taken:
        known = self.judged(review.claim_id)
        runs = [
            partial(side.review, _as_named_by(review, known, number))
            for number, side in enumerate(self._sides)
        ]
        return self._decide(runs, None)

    def _decide(
        self, runs: Iterable["partial[Iterator[ClaimDecision]]"], event: ClaimEvent | None
    ) -> Taken:
        published: list[_Published] = []
        refused: list[RefusedEvent] = []
        for run in runs:
            try:
                # Of several decisions on a claim the last one is the newest.
                published.append({each.claim_id: each for each in run()})
            except (ClaimIdReused, ReviewRefused) as fault:
                refused.append(fault)
                published.append({})
        if len(refused) == len(published):
            return Taken(refused[0], is_kept=False)
        self.taken_by_some += bool(refused)
        for claim_id in dict.fromkeys(name for each in published for name in each):
            self._note(claim_id, [each.get(claim_id) for each in published], event)
        return Taken(None, is_kept=True)

    def _note(
        self, claim_id: str, newest: list[ClaimDecision | None], event: ClaimEvent | None
    ) -> None:
        judged: Judged | None = self._judged.get(claim_id)
        if judged is not None:
            old = judged.decisions
            newest = [new or was for new, was in zip(newest, old, strict=True)]
        ids = tuple(each.decision_id if each else None for each in newest)
        decisions = _shared(newest)
        if event is not None and event.claim_id == claim_id:
            charges = tuple(line.charge_amount for line in event.lines)
            own = (event.member_id, event.billing_provider_npi, charges)
        else:
            own = judged[:3] if judged is not None else ("", "", ())
        known = judged.ids if judged is not None else ()
        # Sides with the same overlay name their decisions alike.
        if len(set(ids)) > 1 or known:
            known = (*known, ids)
        self._judged[claim_id] = Judged(*own, decisions, known)
        if any(each is not decisions[0] for each in decisions):
            self._differing[claim_id] = True
        elif judged is not None:
            self._differing.pop(claim_id, None)


def _shared(newest: list[ClaimDecision | None]) -> tuple[ClaimDecision | None, ...]:
    """The decisions, with the baseline's own in place of each that says the same."""
    first = newest[0]
    return tuple(first if is_same(first, each) else each for each in newest)


def _as_named_by(review: ReviewEvent, known: Judged | None, side: int) -> ReviewEvent:
    """The review, about the decision that a side had made when the reviewer saw another side's.

    Decision ids contain the policy version, so that each side has its own.
    """
    rows = known.ids if known is not None else ()
    for place in range(len(rows[0]) if rows else 0):
        for row in reversed(rows):
            if row[place] == review.decision_id:
                return replace(review, decision_id=row[side] or review.decision_id)
    return review
