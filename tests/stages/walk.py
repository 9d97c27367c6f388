"""A pipeline for tests that records every message and gives access to its state."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from stream_edits.app.state_memory import State, StoredMembers
from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.schemas import PackagedSchemas
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp, Source
from stream_edits.domain.member_state import ClaimRecord, ListBranch, ListedClaim, ReviewableClaim
from stream_edits.domain.messages import RoutedClaim, SupervisedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.domain.supervisor_state import SupervisedSlot
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.claim_list import ClaimList
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.pipeline import Input, Message, Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.memory import MemberMemory, SupervisorMemory
from stream_edits.stages.shared.retention import DEFAULT_RETENTION, Retention
from stream_edits.stages.supervision.supervised_day import SupervisedDay

SOURCE = Source("claims.events", 0, 0)
SHIPPED = load_policies()
_decode = ClaimReader(PackagedSchemas()).decode
_encode = claim_encoder(5)


class Walk(Pipeline):
    """One run. ``sent`` has every message between the stages, in order.

    ``refused`` has the claims that reuse the id of another provider's claim.
    """

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
        self.refused: list[Message] = []
        self.published: list[ClaimDecision] = []

    def step(self, message: Input) -> list[Message]:
        """Process a message in its stage. Returns the messages that the stage sends."""
        try:
            sent = super().step(message)
        except ClaimIdReused:
            self.refused.append(message)
            return []
        self.sent += sent
        return sent

    def take(self, *messages: Message) -> list[ClaimDecision]:
        """Process these messages and all that they cause. Returns the decisions in order."""
        published = list(self.drain(messages))
        self.published += published
        return published

    def send(self, *claims: ClaimEvent) -> list[ClaimDecision]:
        """Process claims one after another. Returns all decisions that they cause."""
        return [found for each in claims for found in self.take(self.intake(each, SOURCE))]

    def reviewed(self, review: ReviewEvent) -> list[ClaimDecision]:
        """Process a review. Returns all decisions that it causes. Raises ReviewRefused."""
        return self.take(review)

    def routed(self, claim: ClaimEvent) -> RoutedClaim:
        """The message of intake for a claim that it routes."""
        message = self.intake(claim, SOURCE)
        assert isinstance(message, RoutedClaim)
        return message

    def hop(self, claim: ClaimEvent) -> SupervisedClaim:
        """The only message of the encounter stage for a claim with supervised time."""
        (message,) = self.step(self.routed(claim))
        assert isinstance(message, SupervisedClaim)
        return message

    def sharing(self, encounter_key: str) -> list[str]:
        """The ids of the claims that are listed under the first day of an encounter."""
        member_id, _, key = encounter_key.partition("|")
        key = key[: len("1234567893|2025-01-14")]
        return [x.claim_id for x in listed(self.members, member_id) if key in x.listing_keys]

    def day(self, npi: str, day: date) -> tuple[SupervisedSlot, ...]:
        """The slots of a supervisor's day, by arrival."""
        return day_of(self.supervisors, npi, day)

    def last(self) -> dict[str, ClaimDecision]:
        """The newest decision on each claim."""
        return {decision.claim_id: decision for decision in self.published}


def listed(members: MemberMemory, member_id: str) -> list[ListedClaim]:
    """The list of a member's claims; in no certain order if it is in parts."""
    found = members.listed(member_id)
    return list(ClaimList(members, member_id) if isinstance(found, ListBranch) else found)


def day_of(supervisors: SupervisorMemory, npi: str, day: date) -> tuple[SupervisedSlot, ...]:
    """The slots of a supervisor's day, by arrival."""
    slots = SupervisedDay(supervisors, npi, day).slots()
    return tuple(sorted(slots, key=lambda slot: (slot.arrival, slot.claim_id, slot.line_number)))


class EncodedMembers(StoredMembers):
    """The encounter stage's stored state over many events. It encodes the claims itself."""

    def __init__(self, state: State) -> None:
        super().__init__(state, _decode)

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        if record.claim is not None:
            self._raw[record.claim_id] = _encode(record.claim)
        super().remember(member_id, record)

    def keep_reviewable(
        self, member_id: str, claim_id: str, reviewable: ReviewableClaim | None
    ) -> None:
        if reviewable is not None and reviewable.claim is not None:
            self._raw[claim_id] = _encode(reviewable.claim)
        super().keep_reviewable(member_id, claim_id, reviewable)


def through_stages(claims: Iterable[ClaimEvent], **how: Any) -> Walk:
    """A run over claims in order of arrival."""
    walk = Walk(**how)
    walk.send(*claims)
    return walk


def summaries(decisions: Iterable[ClaimDecision]) -> list[str]:
    """The claim id, revision and disposition of each decision: A1 PASS."""
    return [f"{each.claim_id}{each.revision} {each.disposition}" for each in decisions]


def outcomes(decision: ClaimDecision) -> dict[int, Disposition]:
    """The disposition of each line, by line number."""
    return {each.line_number: each.disposition for each in decision.lines}


def edits(decision: ClaimDecision) -> list[str]:
    """The edits with findings, in order."""
    return [finding.edit_id for finding in decision.findings]


def related(decision: ClaimDecision) -> list[tuple[str, ...]]:
    """The related claims of each finding, in order."""
    return [finding.related_claim_ids for finding in decision.findings]


def hops(messages: Iterable[Message]) -> list[tuple[str, ...]]:
    """The remaining hops of each supervised claim."""
    return [each.hops for each in messages if isinstance(each, SupervisedClaim)]
