"""The routing slip: the supervisors that are the hops of a claim."""

from collections.abc import Iterable, Sequence

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, Draft
from stream_edits.domain.messages import SupervisedClaim, SupervisedReview, SupervisedTime
from stream_edits.policies.policy import Policy
from stream_edits.stages.decision_builder import with_note


def supervised_times(
    claim: ClaimEvent, draft: Draft, governing: Sequence[Policy]
) -> tuple[SupervisedTime, ...]:
    """The supervised times of a claim's payable lines, under the policies that govern it.

    Only a line with a supervisor and a documented start and end has one, unless a form edit holds
    it.
    """
    if draft.disposition is Disposition.DENY or claim.is_void:
        return ()
    times = []
    for line, outcome in zip(claim.lines, draft.lines, strict=True):
        start, end = line.start_time, line.end_time
        if start is None or end is None or outcome.disposition is Disposition.DENY:
            # Most lines have no times, so nothing else is asked of them.
            continue
        number, code, day, npi = (
            line.line_number,
            line.procedure_code,
            line.service_date,
            line.supervisor,
        )
        # A list, since a generator costs another call for each line.
        if npi and any([policy.supervises(code, day) for policy in governing]):  # noqa: C419
            times.append(SupervisedTime(number, code, npi, day, start, end))
    if times and draft.findings:
        held = {number for policy in governing for number in policy.held_lines(draft.findings)}
        times = [time for time in times if time.line_number not in held]
    return tuple(times)


def next_hop(
    member_id: str,
    draft: Draft,
    times: tuple[SupervisedTime, ...],
    supervisors: Iterable[str],
    withdrawn_claim_id: str | None = None,
    note: str = "",
    review: SupervisedReview | None = None,
) -> ClaimDecision | SupervisedClaim:
    """The claim with its hops, or its decision when it has none.

    The hops are the supervisors of ``times`` and every NPI in ``supervisors``, ascending. The
    latter were hops of earlier revisions, or of the claim it withdraws, and hold its old slots.
    """
    hops = tuple(sorted({*supervisors, *(time.npi for time in times)}))
    if not hops:
        return with_note(draft, note).final()
    return SupervisedClaim(
        member_id=member_id,
        hops=hops,
        withdrawn_claim_id=withdrawn_claim_id,
        times=times,
        draft=draft,
        note=note,
        review=review,
    )
