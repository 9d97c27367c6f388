"""The intake stage: decides claims that no policy governs, and routes the others by member.

It is stateless, so a re-sent event gets its decision again, with the same content.
"""

from stream_edits.domain.claim import REPLACEMENT, VOID, ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.messages import RoutedClaim
from stream_edits.stages.shared.claim_record import undecided
from stream_edits.stages.shared.decision_builder import Cause, DecisionBuilder


def route_or_decide(
    builder: DecisionBuilder,
    claim: ClaimEvent,
    source: Source,
    routed: RoutedClaim | None = None,
) -> ClaimDecision | RoutedClaim:
    """The decision on a claim that no policy governs, or else the claim for the next stage.

    ``routed`` is the claim as other policies routed it, if they did: it is the same for all. A
    replacement or void in a governed line of business always goes on, even without a governed
    code, because it may withdraw a governed claim.
    """
    policies = builder.policies
    governing = policies.governing(claim)
    if governing or (
        claim.frequency in (REPLACEMENT, VOID)
        and claim.line_of_business in policies.lines_of_business
    ):
        return routed or RoutedClaim(claim, source, content_digest(claim))
    cause = Cause(None, claim.event_time)
    record = undecided(claim, policies.encounter_keys(claim), source)
    return builder.build(record, (), cause, governing).final()
