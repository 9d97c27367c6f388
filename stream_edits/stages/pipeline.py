"""All three stages in one process, without Kafka: what `adjudicate` and the golden cases run.

Claims go through one by one; whatever a claim sets off (the round of its supervisors, time given
back, claims reopened) is carried through before the next claim comes.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from stream_edits import ENGINE_VERSION
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.domain.messages import Reopen, RoutedClaim, SupervisedClaim
from stream_edits.policies.policy import Policy
from stream_edits.stages.decision_builder import DecisionBuilder
from stream_edits.stages.encounter import EncounterStage
from stream_edits.stages.intake import route_or_decide
from stream_edits.stages.memory import MemberDictionary, SupervisorDictionary
from stream_edits.stages.retention import DEFAULT_RETENTION, Retention
from stream_edits.stages.supervision import supervise


class Adjudication:
    """The stages with their memory, for one run over claims in order of arrival."""

    def __init__(self, builder: DecisionBuilder, retention: Retention) -> None:
        self._builder = builder
        self._retention = retention
        # Claims are kept as they are; their bytes are only a name to find them by.
        self._kept: dict[bytes, ClaimEvent] = {}
        self._encounter = EncounterStage(builder, retention, self._kept.__getitem__)
        self._members = MemberDictionary()
        self._supervisors = SupervisorDictionary()
        self._order = 0

    def decide(self, claim: ClaimEvent, source: Source) -> Iterator[ClaimDecision]:
        """The decisions one claim sets off, in the order published."""
        taken = route_or_decide(self._builder, claim, b"", source)
        if isinstance(taken, RoutedClaim):
            taken = self._named(taken)
        todo: deque[RoutedClaim | Reopen | SupervisedClaim | ClaimDecision] = deque([taken])
        while todo:
            message = todo.popleft()
            self._order += 1
            if isinstance(message, ClaimDecision):
                yield message
            elif isinstance(message, SupervisedClaim):
                todo += supervise(
                    self._builder, self._retention, self._supervisors, message, self._order
                )
            else:
                todo += self._encounter.step(self._members, message, self._order)
        if isinstance(taken, RoutedClaim):
            self._let_go(taken)

    def _named(self, routed: RoutedClaim) -> RoutedClaim:
        name = self._order.to_bytes(8, "big")
        self._kept[name] = routed.claim
        return routed._replace(raw=name)

    def _let_go(self, routed: RoutedClaim) -> None:
        """Forget a claim that does not wait to be judged again."""
        record = self._members.claim(routed.claim.member_id, routed.claim.claim_id)
        if record is None or record.raw != routed.raw:
            del self._kept[routed.raw]


def adjudicate(
    claims: Iterable[tuple[ClaimEvent, Source]],
    policy: Policy,
    rollup: RollUp = RollUp.STANDARD,
    retention: Retention = DEFAULT_RETENTION,
) -> Iterator[ClaimDecision]:
    """The decisions on these claims, in the order published."""
    run = Adjudication(DecisionBuilder(policy, rollup, ENGINE_VERSION), retention)
    for claim, source in claims:
        yield from run.decide(claim, source)
