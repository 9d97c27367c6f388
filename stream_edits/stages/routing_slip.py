"""The routing slip: which supervisors a decided claim must still visit (6.21-P IV.B.6)."""

from collections.abc import Iterable

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.domain.messages import SupervisedClaim, SupervisedTime
from stream_edits.policies.khs_6_21_p.simultaneous_supervision.edit import Rules
from stream_edits.policies.policy import Policy


def supervised_times(
    claim: ClaimEvent, draft: ClaimDecision, policy: Policy
) -> tuple[SupervisedTime, ...]:
    """The documented time of each still payable line that occupies its supervisor."""
    if draft.disposition is Disposition.DENY or claim.is_void:
        return ()
    return tuple(
        SupervisedTime(
            line.line_number,
            line.procedure_code,
            line.supervisor,
            line.service_date,
            line.start_time,
            line.end_time,
        )
        for line, outcome in zip(claim.lines, draft.lines, strict=True)
        if line.start_time
        and line.end_time
        and line.supervisor
        and outcome.disposition is not Disposition.DENY
        and line.procedure_code in policy.on(line.service_date)[Rules].codes
    )


def next_hop(
    member_id: str,
    draft: ClaimDecision,
    times: tuple[SupervisedTime, ...],
    visited: Iterable[str],
    withdrawn_claim_id: str | None = None,
) -> ClaimDecision | SupervisedClaim:
    """The decision itself, or the claim on its way round its supervisors.

    It visits every NPI that any revision of it, or of the claim it withdraws, has ``visited``,
    since its old time is removed there, and its own, in ascending order.
    """
    stops = tuple(sorted({*visited, *(time.npi for time in times)}))
    if not stops:
        return draft
    return SupervisedClaim(member_id, stops, withdrawn_claim_id, times, draft)
