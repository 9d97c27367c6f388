"""The notes of held claims that a stage must have in its state, for the folds."""

from collections.abc import Sequence

from stream_edits.codec.state import encode_open_pend
from stream_edits.domain.decision import ClaimDecision, Draft
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.domain.open_pend import open_pend
from stream_edits.domain.review import ReviewEvent
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.supervision.stage import after_hops

Name = tuple[str, ...]


class Notes(dict[Name, bytes]):
    """The encoded notes, by member and claim; at a supervisor by NPI, member and claim."""

    def note(self, name: Name, draft: Draft | None) -> None:
        """Note a claim if that decision holds it."""
        pend = None if draft is None else open_pend(draft)
        if pend is None:
            self.pop(name, None)
        else:
            self[name] = encode_open_pend(pend)

    def after_encounter(self, member_id: str, sent: Sequence[object]) -> None:
        """What the encounter stage sent. Supervisors are still to judge a claim with times."""
        for each in sent:
            if isinstance(each, ClaimDecision):
                self.note((member_id, each.claim_id), each)
            elif isinstance(each, SupervisedClaim):
                draft = None if each.times else each.draft
                self.note((member_id, each.draft.claim_id), draft)

    def after_hop(
        self,
        builder: DecisionBuilder,
        message: SupervisedClaim | RoutedReview,
        sent: Sequence[object],
    ) -> None:
        """What a hop sent. The highest NPI among the times has the last word."""
        if isinstance(message, RoutedReview):
            return
        npi, first = message.hops[0], sent[0]
        if npi != max([time.npi for time in message.times], default=None):
            return
        final = after_hops(builder, first) if isinstance(first, SupervisedClaim) else first
        assert isinstance(final, Draft)
        self.note((npi, message.member_id, message.draft.claim_id), final)


def member_of(message: RoutedClaim | Reopen | ReviewEvent) -> str:
    """The member of a message of the encounter stage."""
    if isinstance(message, ReviewEvent):
        return message.member_id
    return (message.freed if isinstance(message, Reopen) else message.claim).member_id
