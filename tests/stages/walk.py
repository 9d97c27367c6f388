"""The pipeline with its memory and every message open to the test."""

from collections.abc import Iterable
from typing import Any

from stream_edits.app.state_memory import State, StoredMembers
from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp, Source
from stream_edits.domain.member_state import ClaimRecord
from stream_edits.domain.messages import Reopen, RoutedClaim, SupervisedClaim
from stream_edits.policies.catalog import load_policies
from stream_edits.policies.policy import Policies
from stream_edits.stages.decision_builder import DecisionBuilder
from stream_edits.stages.memory import MemberMemory, SupervisorMemory
from stream_edits.stages.pipeline import Message, Pipeline
from stream_edits.stages.retention import DEFAULT_RETENTION, Retention

SOURCE = Source("claims.events", 0, 0)
SHIPPED = load_policies()
_decode = ClaimReader(PackagedSchemas()).decode
_encode = claim_encoder(1)


class Walk(Pipeline):
    """One run; ``sent`` keeps every message between the stages, in order."""

    def __init__(
        self,
        rule: RollUp = RollUp.STANDARD,
        members: MemberMemory | None = None,
        supervisors: SupervisorMemory | None = None,
        under: Policies = SHIPPED,
        retention: Retention = DEFAULT_RETENTION,
    ) -> None:
        super().__init__(DecisionBuilder(under, rule, "test"), retention, members, supervisors)
        self.sent: list[Message] = []
        self.published: list[ClaimDecision] = []

    def step(self, message: RoutedClaim | Reopen | SupervisedClaim) -> list[Message]:
        """What the stage that a message is for sends on."""
        sent = super().step(message)
        self.sent += sent
        return sent

    def take(self, *messages: Message) -> list[ClaimDecision]:
        """Carry these messages, and what they set off, to the end; the decisions on the way."""
        published = list(self.drain(messages))
        self.published += published
        return published

    def send(self, *claims: ClaimEvent) -> list[ClaimDecision]:
        """Let claims come one after the other; every decision they bring about."""
        return [found for each in claims for found in self.take(self.intake(each, SOURCE))]

    def routed(self, claim: ClaimEvent) -> RoutedClaim:
        """What intake sends on for a claim that it must not decide."""
        message = self.intake(claim, SOURCE)
        assert isinstance(message, RoutedClaim)
        return message

    def hop(self, claim: ClaimEvent) -> SupervisedClaim:
        """The one message of the encounter stage on a claim: it goes to its supervisors."""
        (message,) = self.step(self.routed(claim))
        assert isinstance(message, SupervisedClaim)
        return message

    def sharing(self, encounter_key: str) -> list[str]:
        """The claims that others of an encounter must find."""
        member_id, _, key = encounter_key.partition("|")
        return [x.claim_id for x in self.members.listed(member_id) if key in x.listing_keys]

    def last(self) -> dict[str, ClaimDecision]:
        """The newest decision on each claim."""
        return {decision.claim_id: decision for decision in self.published}


class EncodedMembers(StoredMembers):
    """The encounter stage's stored memory over many events, whose bytes it makes itself."""

    def __init__(self, state: State) -> None:
        super().__init__(state, _decode)

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        if record.claim is not None:
            self._raw[record.claim_id] = _encode(record.claim)
        super().remember(member_id, record)


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


def hops(messages: Iterable[Message]) -> list[tuple[str, ...]]:
    """The supervisors still to be visited, of every claim on its way to them."""
    return [each.hops for each in messages if isinstance(each, SupervisedClaim)]
