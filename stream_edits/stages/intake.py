"""intake: decides what no policy governs, and sends the rest to its member's partition.

It has no memory, so an event sent twice is decided twice, with the same decision.
"""

from stream_edits.domain.claim import REPLACEMENT, VOID, ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.messages import RoutedClaim
from stream_edits.stages.claim_record import undecided
from stream_edits.stages.decision_builder import Cause, DecisionBuilder


def route_or_decide(
    builder: DecisionBuilder, claim: ClaimEvent, source: Source
) -> ClaimDecision | RoutedClaim:
    """A decision for another line of business or an original claim without a governed code.

    A replacement or void in a governed line of business always goes on: it may withdraw a governed
    claim.
    """
    policies = builder.policies
    governing = policies.governing(claim)
    if governing or (
        claim.frequency_code in (REPLACEMENT, VOID)
        and claim.line_of_business in policies.lines_of_business
    ):
        return RoutedClaim(claim, source, content_digest(claim))
    cause = Cause(None, claim.event_time)
    return builder.build(undecided(claim, source), (), cause, governing).final()
