"""All three stages in one process, without Kafka: what `adjudicate` and the golden cases run.

Claims go through one by one; whatever a claim sets off (the round of its supervisors, time given
back, claims reopened) is carried through before the next claim comes.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from stream_edits import ENGINE_VERSION
from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, PackagedSchemas, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.domain.routing import Reopen, RoutedClaim, SupervisedClaim
from stream_edits.edits.policy import Policy
from stream_edits.stages.drafting import Drafting
from stream_edits.stages.encounter import EncounterStage
from stream_edits.stages.intake import take_in
from stream_edits.stages.memory import MemberDictionary, SupervisorDictionary
from stream_edits.stages.supervision import supervise


class Adjudication:
    """The stages with their memory, for one run over claims in order of arrival."""

    def __init__(self, drafting: Drafting) -> None:
        self._drafting = drafting
        self._encode = claim_encoder(schema_of(CLAIM_EVENT).id)
        self._encounter = EncounterStage(drafting, ClaimReader(PackagedSchemas()).decode_again)
        self._members = MemberDictionary()
        self._supervisors = SupervisorDictionary()
        self._order = 0

    def decide(self, claim: ClaimEvent, source: Source) -> Iterator[ClaimDecision]:
        """The decisions one claim sets off, in the order published."""
        taken = take_in(self._drafting, claim, b"", source)
        if isinstance(taken, RoutedClaim):
            # A claim that waits is read again from its bytes, here as in the service.
            taken = taken._replace(raw=self._encode(claim))
        todo: deque[RoutedClaim | Reopen | SupervisedClaim | ClaimDecision] = deque([taken])
        while todo:
            message = todo.popleft()
            self._order += 1
            if isinstance(message, ClaimDecision):
                yield message
            elif isinstance(message, SupervisedClaim):
                todo += supervise(self._drafting, self._supervisors, message, self._order)
            else:
                todo += self._encounter.step(self._members, message, self._order)


def adjudicate(
    claims: Iterable[tuple[ClaimEvent, Source]],
    policy: Policy,
    rollup: RollUp = RollUp.STANDARD,
) -> Iterator[ClaimDecision]:
    """The decisions on these claims, in the order published."""
    run = Adjudication(Drafting(policy, rollup, ENGINE_VERSION))
    for claim, source in claims:
        yield from run.decide(claim, source)
