"""All stages in one process, without Kafka. `adjudicate` and the golden cases use it.

Claims are processed one by one. Every message that a claim causes (hops, reopened claims) is
processed before the next claim.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress

from stream_edits import ENGINE_VERSION
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.stage import ClaimIdReused, EncounterStage
from stream_edits.stages.intake import route_or_decide
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.layered_state import ForkedMembers, ForkedSupervisors
from stream_edits.stages.shared.memory import (
    MemberDictionary,
    MemberMemory,
    SupervisorDictionary,
    SupervisorMemory,
)
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.retention import DEFAULT_RETENTION, Retention
from stream_edits.stages.supervision.stage import supervise

Message = ClaimDecision | RoutedClaim | SupervisedClaim | Reopen | ReviewEvent | RoutedReview
Input = RoutedClaim | Reopen | SupervisedClaim | ReviewEvent | RoutedReview


class Pipeline:
    """The stages with their state, for one run over claims in order of arrival."""

    def __init__(
        self,
        builder: DecisionBuilder,
        retention: Retention = DEFAULT_RETENTION,
        members: MemberMemory | None = None,
        supervisors: SupervisorMemory | None = None,
    ) -> None:
        self.builder = builder
        self.members = members or MemberDictionary()
        self.supervisors = supervisors or SupervisorDictionary()
        self._retention = retention
        self._encounter = EncounterStage(builder, retention)
        self._order = 0

    def fork(self) -> "Pipeline":
        """A run that goes on from here by itself. This one does not see what the fork does.

        The fork reads what it has not changed from the state of this run, which must not go on
        while the fork is used.
        """
        fork = Pipeline(
            self.builder,
            self._retention,
            ForkedMembers(self.members),
            ForkedSupervisors(self.supervisors),
        )
        fork._order = self._order
        return fork

    def intake(
        self, claim: ClaimEvent, source: Source, routed: RoutedClaim | None = None
    ) -> ClaimDecision | RoutedClaim:
        """The message of the intake stage for a claim.

        ``routed`` is that of another run, if it routed the claim.
        """
        return route_or_decide(self.builder, claim, source, routed)

    def step(self, message: Input) -> list[Message]:
        """Process a message in the stage that it is for. Returns the messages that stage sends."""
        self._order += 1
        if isinstance(message, SupervisedClaim | RoutedReview):
            done = supervise(self.builder, self._retention, self.supervisors, message, self._order)
            return list(done.sent)
        return list(self._encounter.decide(self.members, message, self._order))

    def drain(self, messages: Iterable[Message]) -> Iterator[ClaimDecision]:
        """Process these messages and all that they cause. Yields the decisions in order."""
        todo = deque(messages)
        while todo:
            message = todo.popleft()
            if isinstance(message, ClaimDecision):
                yield message
            elif isinstance(message, SupervisedClaim) and not message.hops:
                # What is only monitored changes no order either.
                todo.extendleft(reversed(self.step(message)))
            else:
                todo += self.step(message)

    def decide(self, claim: ClaimEvent, source: Source) -> Iterator[ClaimDecision]:
        """The decisions that one claim causes, in the order of publication.

        Raises ClaimIdReused.
        """
        return self.drain([self.intake(claim, source)])

    def review(self, review: ReviewEvent) -> Iterator[ClaimDecision]:
        """The decisions that one review causes. Raises ReviewRefused."""
        return self.drain([review])


def adjudicate(
    events: Iterable[tuple[ClaimEvent | ReviewEvent, Source]],
    policies: Policies,
    rollup: RollUp = RollUp.STANDARD,
    retention: Retention = DEFAULT_RETENTION,
) -> Iterator[ClaimDecision]:
    """The decisions on these claims and reviews, in the order of publication.

    A claim that reuses the id of another provider's claim gets none (ClaimIdReused), and a review
    that is refused changes nothing (ReviewRefused).
    """
    run = Pipeline(DecisionBuilder(policies, rollup, ENGINE_VERSION), retention)
    for event, source in events:
        with suppress(ClaimIdReused, ReviewRefused):
            if isinstance(event, ReviewEvent):
                yield from run.review(event)
            else:
                yield from run.decide(event, source)
