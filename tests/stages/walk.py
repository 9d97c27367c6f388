"""The three stages in one process, message by message, with their memory open to the test."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp, Source
from stream_edits.domain.messages import Reopen, RoutedClaim, SupervisedClaim
from stream_edits.policies.catalog import policy
from stream_edits.policies.policy import Policy
from stream_edits.stages.decision_builder import DecisionBuilder
from stream_edits.stages.encounter import EncounterStage
from stream_edits.stages.intake import route_or_decide
from stream_edits.stages.memory import (
    MemberDictionary,
    MemberMemory,
    SupervisorDictionary,
    SupervisorMemory,
)
from stream_edits.stages.retention import DEFAULT_RETENTION, Retention
from stream_edits.stages.supervision import supervise

SOURCE = Source("claims.events", 0, 0)
Message = ClaimDecision | RoutedClaim | SupervisedClaim | Reopen
SHIPPED = policy()


class Walk:
    """One run; ``sent`` keeps every message between the stages, in order."""

    def __init__(
        self,
        rule: RollUp = RollUp.STANDARD,
        members: MemberMemory | None = None,
        supervisors: SupervisorMemory | None = None,
        under: Policy = SHIPPED,
        retention: Retention = DEFAULT_RETENTION,
    ) -> None:
        self.builder = DecisionBuilder(under, rule, "test")
        self.retention = retention
        self.members = members or MemberDictionary()
        self.supervisors = supervisors or SupervisorDictionary()
        self._claims: dict[bytes, ClaimEvent] = {}
        self.encounter = EncounterStage(self.builder, retention, self._claims.__getitem__)
        self.sent: list[Message] = []
        self.published: list[ClaimDecision] = []
        self._order = 0

    def step(self, message: Message) -> list[Message]:
        """What the stage that a message is for sends on."""
        self._order += 1
        sent: list[Message]
        if isinstance(message, ClaimDecision):
            self.published.append(message)
            return []
        if isinstance(message, SupervisedClaim):
            memory = self.supervisors
            sent = list(supervise(self.builder, self.retention, memory, message, self._order))
        else:
            sent = list(self.encounter.step(self.members, message, self._order))
        self.sent += sent
        return sent

    def route_or_decide(self, claim: ClaimEvent) -> Message:
        """What intake makes of a claim."""
        raw = b"claim %d" % len(self._claims)
        self._claims[raw] = claim
        return route_or_decide(self.builder, claim, raw, SOURCE)

    def drain(self, *messages: Message) -> list[ClaimDecision]:
        """Carry these messages, and what they set off, to the end; the decisions on the way."""
        before = len(self.published)
        todo = deque(messages)
        while todo:
            todo += self.step(todo.popleft())
        return self.published[before:]

    def send(self, *claims: ClaimEvent) -> list[ClaimDecision]:
        """Let claims come one after the other; every decision they bring about."""
        return [
            decision for claim in claims for decision in self.drain(self.route_or_decide(claim))
        ]

    def sharing(self, encounter_key: str) -> list[str]:
        """The claims that others of an encounter must see."""
        member_id, _, visit = encounter_key.partition("|")
        return [x.claim_id for x in self.members.listed(member_id) if visit in x.visits]

    def last(self) -> dict[str, ClaimDecision]:
        """The newest decision on each claim."""
        return {decision.claim_id: decision for decision in self.published}


def through_stages(claims: Iterable[ClaimEvent], **how: Any) -> Walk:
    """A run over claims in order of arrival."""
    walk = Walk(**how)
    walk.send(*claims)
    return walk


def brief(decisions: Iterable[ClaimDecision]) -> list[str]:
    """Each decision in a few words: A1 PASS."""
    return [f"{each.claim_id}{each.revision} {each.disposition}" for each in decisions]


def outcomes(decision: ClaimDecision) -> dict[int, Disposition]:
    """Each line's disposition."""
    return {each.line_number: each.disposition for each in decision.lines}


def edits(decision: ClaimDecision) -> list[str]:
    """The edits that spoke, in order."""
    return [finding.edit_id for finding in decision.findings]


def stops(messages: Iterable[Message]) -> list[tuple[str, ...]]:
    """The supervisors still to be visited, of every message on its round."""
    return [each.stops for each in messages if isinstance(each, SupervisedClaim)]
