"""Which stage notes that a claim is held, for the metrics (docs/decisions/0024).

A claim is noted by the last place whose findings can change its disposition: by the encounter stage
if it has no supervised time, or else at the hop of the highest NPI among its times. Later hops only
remove slots of earlier revisions.
"""

from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.messages import SupervisedClaim
from stream_edits.domain.open_pend import OpenPend, open_pend
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.supervision.stage import Supervised, after_hops


def held_before_hops(
    member_id: str, sent: ClaimDecision | SupervisedClaim
) -> tuple[str, str, OpenPend | None]:
    """What the encounter stage notes of a claim that it sent: member, claim, and what holds it.

    Nothing holds it here if supervisors are still to judge its times.
    """
    if isinstance(sent, ClaimDecision):
        return member_id, sent.claim_id, open_pend(sent)
    return member_id, sent.draft.claim_id, None if sent.times else open_pend(sent.draft)


def is_last_to_judge(message: SupervisedClaim) -> bool:
    """Whether the current hop is the last one that judges a time of the claim."""
    npi, judges = message.hops[0], False
    for time in message.times:
        if time.npi > npi:
            return False
        judges = judges or time.npi == npi
    return judges


def held_after_hop(builder: DecisionBuilder, sent: Supervised) -> OpenPend | None:
    """What holds a claim that the last hop to judge it has sent on or decided."""
    if isinstance(sent, SupervisedClaim):
        return open_pend(after_hops(builder, sent))
    return open_pend(sent) if isinstance(sent, ClaimDecision) else None
