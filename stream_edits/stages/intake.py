"""intake: decides what policy 6.21-P cannot touch, and sends the rest to its member's partition.

It has no memory, so an event sent twice is decided twice, with the same decision.
"""

from stream_edits.domain.claim import REPLACEMENT, VOID, ClaimEvent, LineOfBusiness
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.messages import RoutedClaim
from stream_edits.stages.decision_builder import Cause, DecisionBuilder


def route_or_decide(
    builder: DecisionBuilder, claim: ClaimEvent, raw: bytes, source: Source
) -> ClaimDecision | RoutedClaim:
    """A decision for another line of business or an original claim without a governed code.

    A replacement or void of a Medi-Cal claim always goes on: it may withdraw a governed claim.
    ``raw`` is the framed record the claim was read from; it travels on untouched.
    """
    if builder.applies_to(claim) or (
        claim.line_of_business is LineOfBusiness.MEDI_CAL
        and claim.frequency_code in (REPLACEMENT, VOID)
    ):
        return RoutedClaim(claim, raw, source, content_digest(claim))
    return builder.build(claim, source, False, (), Cause(None, claim.event_time))
