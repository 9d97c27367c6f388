"""The supervision stage: judges the time of one supervisor across all members.

The hops of a claim are its supervising NPIs, ascending. Each hop

1. deletes the supervisor's state that no event has changed within the retention,
2. removes the slots of the claim's earlier revision, and of the claim it withdraws,
3. judges the claim's lines against the time that other members occupy,
4. gives freed time to the denied line that arrived first, and reopens its claim.
"""

from collections.abc import Sequence

from stream_edits.domain.decision import ClaimDecision, Disposition, Draft, EditFinding
from stream_edits.domain.messages import Reopen, SupervisedClaim, SupervisedTime
from stream_edits.domain.supervisor_state import SupervisedSlot
from stream_edits.stages.decision_builder import DecisionBuilder, with_findings, with_note
from stream_edits.stages.memory import SupervisorMemory
from stream_edits.stages.retention import Retention
from stream_edits.stages.supervisor import SupervisorSession

Supervised = SupervisedClaim | ClaimDecision | Reopen


def supervise(
    builder: DecisionBuilder,
    retention: Retention,
    memory: SupervisorMemory,
    message: SupervisedClaim,
    order: int,
) -> list[Supervised]:
    """Judge a claim at its current hop.

    ``order`` is the log offset of the message. Returns the claim for its next hop, or its decision
    after the last one, and then the reopened claims.
    """
    session = SupervisorSession(memory, message.hops[0], message.draft.decided_at.date())
    session.forget_before(retention.oldest_kept(message.draft.decided_at))
    freed, arrival = session.withdraw(message, order)
    found, slots = _judge(builder, session, message, arrival)
    session.record(message, arrival, slots)
    reopened = session.give_back(freed, message)
    session.keep()
    onward = message._replace(hops=message.hops[1:], found=message.found + tuple(found))
    if onward.hops:
        return [onward, *reopened]
    return [with_note(settled(builder, onward), onward.note).final(), *reopened]


def settled(builder: DecisionBuilder, message: SupervisedClaim) -> Draft:
    """The draft of a claim with the findings of its hops so far, rolled up."""
    return builder.with_move(with_findings(message.draft, message.found, builder.rule))


def _judge(
    builder: DecisionBuilder, session: SupervisorSession, message: SupervisedClaim, arrival: int
) -> tuple[list[EditFinding], list[SupervisedSlot]]:
    found: list[EditFinding] = []
    slots: list[SupervisedSlot] = []
    for time in message.times:
        if time.npi != session.npi:
            continue
        slot = _slot(message, time, arrival)
        own = _findings_on(builder, message, time, session.competing_with(slot))
        found += own
        # A line that is not denied may be paid, now or later, so it occupies its time.
        denied = any(finding.disposition is Disposition.DENY for finding in own)
        slots.append(slot._replace(occupies_time=not denied))
    return found, slots


def _findings_on(
    builder: DecisionBuilder,
    message: SupervisedClaim,
    time: SupervisedTime,
    others: Sequence[SupervisedSlot],
) -> list[EditFinding]:
    """The findings on one line's time, by the policies of the claim's line of business."""
    return [
        finding
        for policy in builder.policies.all
        if message.draft.line_of_business in policy.about.lines_of_business
        and policy.supervises(time.procedure_code, time.service_date)
        for edit in policy.supervision_edits
        for finding in edit.judge(time, others, policy.on(time.service_date))
    ]


def _slot(message: SupervisedClaim, time: SupervisedTime, arrival: int) -> SupervisedSlot:
    return SupervisedSlot(
        member_id=message.member_id,
        claim_id=message.draft.claim_id,
        line_number=time.line_number,
        start_time=time.start_time,
        end_time=time.end_time,
        arrival=arrival,
        occupies_time=True,
    )
