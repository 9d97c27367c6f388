"""supervision: one supervisor's time, across all members (6.21-P IV.B.6).

A claim visits each of its supervising NPIs in ascending order. At each stop the time it took
before is removed, its lines are judged against the standing time of other members, and time that
came free is given to the line that has waited longest, whose claim is sent round again. Before all
this, the supervisor's time that no event has touched for longer than the retention is forgotten.
"""

from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding
from stream_edits.domain.messages import (
    Reopen,
    SupervisedClaim,
    SupervisedSlot,
    SupervisedTime,
)
from stream_edits.policies.catalog import all_edits
from stream_edits.policies.contract import SupervisionEdit
from stream_edits.stages.decision_builder import DecisionBuilder, with_findings
from stream_edits.stages.memory import SupervisorMemory
from stream_edits.stages.retention import Retention
from stream_edits.stages.supervisor import SupervisorSession

_EDITS = [e for e in all_edits() if isinstance(e, SupervisionEdit)]

Supervised = SupervisedClaim | ClaimDecision | Reopen


def supervise(
    builder: DecisionBuilder,
    retention: Retention,
    memory: SupervisorMemory,
    message: SupervisedClaim,
    order: int,
) -> list[Supervised]:
    """Judge a claim at the first of its stops.

    ``order`` is the message's place in the log (its offset). Returns the claim for its next stop,
    or its decision at the last one, and the claims that wait for time now given back.
    """
    session = SupervisorSession(memory, message.stops[0], message.draft.decided_at.date())
    session.forget_before(retention.oldest_kept(message.draft.decided_at))
    freed, arrival = session.withdraw(message, order)
    found, slots = _judge(builder, session, message, arrival)
    session.record(message, arrival, slots)
    reopened = session.give_back(freed, message)
    session.keep()
    onward = message._replace(stops=message.stops[1:], found=message.found + tuple(found))
    if onward.stops:
        return [onward, *reopened]
    return [with_findings(onward.draft, onward.found, builder.rule), *reopened]


def _judge(
    builder: DecisionBuilder, session: SupervisorSession, message: SupervisedClaim, arrival: int
) -> tuple[list[EditFinding], list[SupervisedSlot]]:
    found: list[EditFinding] = []
    slots: list[SupervisedSlot] = []
    for time in message.times:
        if time.npi != session.npi:
            continue
        slot = _slot(message, time, arrival)
        others = session.standing_against(slot)
        on_date = builder.policy.on(time.service_date)
        said = [finding for edit in _EDITS for finding in edit.judge(time, others, on_date)]
        found += said
        # What is not denied is payable, now or later, and so takes its time.
        denied = any(finding.disposition is Disposition.DENY for finding in said)
        slots.append(slot._replace(standing=not denied))
    return found, slots


def _slot(message: SupervisedClaim, time: SupervisedTime, arrival: int) -> SupervisedSlot:
    return SupervisedSlot(
        message.member_id,
        message.draft.claim_id,
        time.line_number,
        time.start_time,
        time.end_time,
        arrival,
        standing=True,
    )
