"""The routing slip: which supervisors a decided claim must still visit."""

from collections.abc import Iterable, Sequence

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, Draft
from stream_edits.domain.messages import SupervisedClaim, SupervisedTime
from stream_edits.policies.policy import Policy


def supervised_times(
    claim: ClaimEvent, draft: Draft, governing: Sequence[Policy]
) -> tuple[SupervisedTime, ...]:
    """The documented time of each still payable line that occupies its supervisor under one of the
    policies that govern the claim."""
    if draft.disposition is Disposition.DENY or claim.is_void:
        return ()
    return tuple(
        SupervisedTime(
            line_number=line.line_number,
            procedure_code=line.procedure_code,
            npi=line.supervisor,
            service_date=line.service_date,
            start_time=line.start_time,
            end_time=line.end_time,
        )
        for line, outcome in zip(claim.lines, draft.lines, strict=True)
        if line.start_time
        and line.end_time
        and line.supervisor
        and outcome.disposition is not Disposition.DENY
        and any(policy.supervises(line.procedure_code, line.service_date) for policy in governing)
    )


def next_hop(
    member_id: str,
    draft: Draft,
    times: tuple[SupervisedTime, ...],
    supervisors: Iterable[str],
    withdrawn_claim_id: str | None = None,
) -> ClaimDecision | SupervisedClaim:
    """The decision itself, or the claim on its way to its supervisors.

    It visits every NPI in ``supervisors`` (all that any revision of it, or of the claim it
    withdraws, has visited), since its old time is removed there, and its own, in ascending order.
    """
    hops = tuple(sorted({*supervisors, *(time.npi for time in times)}))
    if not hops:
        return draft.final()
    return SupervisedClaim(
        member_id=member_id,
        hops=hops,
        withdrawn_claim_id=withdrawn_claim_id,
        times=times,
        draft=draft,
    )
