"""The routing slip: the supervisors that are the hops of a claim."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, Draft
from stream_edits.domain.member_state import ClaimRecord
from stream_edits.domain.messages import SupervisedClaim, SupervisedReview, SupervisedTime
from stream_edits.policies.policy import Policy
from stream_edits.policies.values.mode import EditMode
from stream_edits.stages.shared.decision_builder import with_note


class Monitored(NamedTuple):
    """The supervised times of a claim that are only monitored, and the supervisors to be told.

    ``hops`` are ascending, with those of earlier revisions.
    """

    times: tuple[SupervisedTime, ...] = ()
    hops: tuple[str, ...] = ()


NOT_MONITORED = Monitored()
_LONGEST = timedelta(days=1)


def monitored_of(
    claim: ClaimEvent, draft: Draft, governing: Sequence[Policy], before: Iterable[str]
) -> Monitored:
    """What of a claim's supervision is only monitored; ``before`` are the earlier such hops."""
    times = supervised_times(claim, draft, governing, EditMode.MONITOR)
    hops = tuple(sorted({*before, *(time.npi for time in times)}))
    return Monitored(times, hops)


def supervised_times(
    claim: ClaimEvent,
    draft: Draft,
    governing: Sequence[Policy],
    mode: EditMode = EditMode.ENFORCE,
) -> tuple[SupervisedTime, ...]:
    """The supervised times of a claim's payable lines, under the policies that govern it.

    Only a line with a supervisor and a documented start and end has one, unless a form edit holds
    it. They are those that an edit with that mode judges. A time of more than a day is taken for
    a mistyped date, also where no form edit says so: it would deny other patients of each day.
    """
    if draft.disposition is Disposition.DENY or claim.is_void:
        return ()
    times, billing = [], claim.billing_provider_npi
    for line, outcome in zip(claim.lines, draft.lines, strict=True):
        start = line.start_time
        if start is None:
            # Most lines have no times, so nothing else is asked of them.
            continue
        end = line.end_time
        if end is None or outcome.disposition is Disposition.DENY:
            continue
        if end - start > _LONGEST:
            continue
        code, day, npi = line.procedure_code, line.service_date, line.supervisor
        # A list, since a generator costs another call for each line.
        if npi and any([x.supervises(code, day, billing, mode) for x in governing]):  # noqa: C419
            times.append(SupervisedTime(line.line_number, code, npi, day, start, end))
    if times and draft.findings:
        held = {number for policy in governing for number in policy.held_lines(draft.findings)}
        times = [time for time in times if time.line_number not in held]
    return tuple(times)


def next_hop(
    claim: ClaimEvent,
    draft: Draft,
    times: tuple[SupervisedTime, ...],
    supervisors: Sequence[str],
    *,
    event_order: int,
    withdrawn_revision: int = 0,
    note: str = "",
    review: SupervisedReview | None = None,
    monitored: Monitored = NOT_MONITORED,
) -> ClaimDecision | SupervisedClaim:
    """The claim with its hops, or its decision when it has none.

    The hops are the supervisors of ``times`` and every NPI in ``supervisors``, ascending. The
    latter were hops of earlier revisions, or of the claim it withdraws, and hold its old slots.
    Those of ``monitored`` come after them, so that they hold up nothing that others are judged by.
    ``event_order`` is the log offset of the present event, ``withdrawn_revision`` the newest one of
    the claim that the draft withdraws.
    """
    hops = _hops(supervisors, times)
    if not hops and not monitored.hops:
        return with_note(draft, note).final()
    return SupervisedClaim(
        member_id=claim.member_id,
        hops=hops,
        withdrawn_claim_id=draft.withdrawn_claim_id,
        times=times,
        draft=draft,
        note=note,
        review=review,
        monitored_times=monitored.times,
        monitored_hops=monitored.hops,
        billing_npi=claim.billing_provider_npi,
        event_order=event_order,
        withdrawn_revision=withdrawn_revision,
    )


def hops_again(freed: SupervisedClaim, draft: Draft, record: ClaimRecord) -> SupervisedClaim:
    """A reopened claim with its next draft, and all its hops once more.

    ``record`` is that of the encounter stage, which knows every hop.
    """
    return freed._replace(
        hops=_hops(record.supervisors, freed.times),
        draft=draft,
        monitored_hops=record.monitored_by,
        billing_npi=freed.billing_npi or record.billing_npi,
    )


def _hops(supervisors: Sequence[str], times: Sequence[SupervisedTime]) -> tuple[str, ...]:
    if not supervisors and not times:
        return ()
    return tuple(sorted({*supervisors, *[time.npi for time in times]}))
