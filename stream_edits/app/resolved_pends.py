"""PEND claims that a later event resolves, for the metrics."""

from collections.abc import Set
from typing import NamedTuple

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.domain.messages import Reopen, RoutedClaim, RoutedReview, SupervisedClaim
from stream_edits.domain.review import ReviewEvent

CAUSES = ("own", "replacement", "review", "other")


class ResolvedPend(NamedTuple):
    """A claim that changed from PEND to another disposition, and the kind of event that caused it.

    ``cause`` is one of CAUSES. ``decision`` is None while the claim still has hops before it.
    """

    disposition: Disposition
    cause: str
    decision: ClaimDecision | None


def resolved_pend(
    sent: ClaimDecision | SupervisedClaim | RoutedReview,
    message: RoutedClaim | Reopen | ReviewEvent,
    pended: Set[str],
) -> ResolvedPend | None:
    """The PEND claim that ``sent`` resolves, or None.

    ``pended`` holds the ids of the claims that were PEND before ``message``. A void resolves
    nothing, because it withdraws the claim.
    """
    if isinstance(sent, RoutedReview):
        return None
    decision = None if isinstance(sent, SupervisedClaim) else sent
    draft = sent.draft if isinstance(sent, SupervisedClaim) else sent
    if draft.disposition is Disposition.PEND:
        return None
    if draft.claim_id in pended:
        cause = "own" if draft.trigger_event_id is None else "other"
        if isinstance(message, ReviewEvent) and draft.claim_id == message.claim_id:
            cause = "review"
    elif (
        isinstance(message, RoutedClaim)
        and draft.claim_id == message.claim.claim_id
        and message.claim.withdraws in pended
        and not message.claim.is_void
    ):
        cause = "replacement"
    else:
        return None
    return ResolvedPend(draft.disposition, cause, decision)
