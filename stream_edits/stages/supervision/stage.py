"""The supervision stage: judges the time of one supervisor across all members.

The hops of a claim are its supervising NPIs, ascending. Each hop

1. deletes the supervisor's state that no event has changed within the retention,
2. removes the slots of the claim's earlier revision, and of the claim it withdraws,
3. judges the claim's lines against the time that other members occupy,
4. gives freed time to the denied line that arrived first, and reopens its claim.

A message may come after a later one of its claim, as a dead letter that was given back. It is
outdated then: its claim is not judged here, and gets no decision from it. Only the claim that it
withdraws is withdrawn all the same.

A review may decide findings of this stage. They then stand for as long as the claim's content is
the same: an approved line occupies its time beside the other member's.
"""

from collections.abc import Sequence
from typing import NamedTuple

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    Draft,
    EditFinding,
    parted,
)
from stream_edits.domain.messages import (
    Reopen,
    RoutedReview,
    SupervisedClaim,
    SupervisedTime,
)
from stream_edits.domain.review import ReviewOutcome
from stream_edits.domain.supervisor_state import RefusedLine, SupervisedSlot, slot_of
from stream_edits.policies.judging.reviewed import without_reviewed
from stream_edits.policies.values.mode import EditMode
from stream_edits.stages.shared.decision_builder import DecisionBuilder, with_findings, with_note
from stream_edits.stages.shared.memory import SupervisorMemory
from stream_edits.stages.shared.refused_reviews import StaleReview, UnknownReview
from stream_edits.stages.shared.retention import Retention
from stream_edits.stages.supervision.reviewed_times import (
    as_reviewed,
    is_named,
    refused_lines,
    reviewed_and_absent,
    without_time,
)
from stream_edits.stages.supervision.supervisor import SupervisorSession

Supervised = SupervisedClaim | ClaimDecision | Reopen | RoutedReview


class HopDone(NamedTuple):
    """What a message led to at a hop: the messages to send, the findings that its review is about,
    as they were before it, the most slots of a day that it touched, and whether it is outdated."""

    sent: list[Supervised]
    reviewed: tuple[EditFinding, ...] = ()
    largest_day: int = 0
    is_outdated: bool = False


def supervise(
    builder: DecisionBuilder,
    retention: Retention,
    memory: SupervisorMemory,
    message: SupervisedClaim | RoutedReview,
    order: int,
) -> HopDone:
    """Judge a claim at its current hop, or find the claim that a review is about.

    ``order`` is the log offset of the message. Sends the claim to its next hop, or its decision
    after the last one, and then the reopened claims. Raises ReviewRefused.
    """
    if isinstance(message, RoutedReview):
        return _reviewed(memory, message)
    if not message.hops:
        return _monitored(builder, retention, memory, message, order)
    session = SupervisorSession(memory, message.hops[0], message.draft.decided_at.date())
    session.forget_before(retention.oldest_kept(message.draft.decided_at))
    before = session.withdraw(message, order)
    if before.is_outdated:
        return _outdated(session, message, before.freed)
    earlier = as_reviewed(builder.policies, message, before.refused)
    found, slots = _judge(builder, session, message, before.arrival, earlier)
    refused = refused_lines(message, earlier, found)
    absent = reviewed_and_absent(message, session.npi, earlier)
    if absent:
        refused += absent
        slots += without_time(before.own, absent)
    session.record(message, before.arrival, slots, refused)
    reopened = session.give_back(before.freed, message)
    largest = session.keep()
    onward = _after_hop(session, message)._replace(found=message.found + tuple(found))
    named = tuple(each.finding for each in before.refused if is_named(message.review, each))
    return HopDone([_sent_on(builder, onward), *reopened], named, largest)


def _after_hop(session: SupervisorSession, message: SupervisedClaim) -> SupervisedClaim:
    """The message without its current hop."""
    if session.is_monitored:
        return message._replace(monitored_hops=message.monitored_hops[1:])
    return message._replace(hops=message.hops[1:])


def _outdated(
    session: SupervisorSession, message: SupervisedClaim, freed: Sequence[SupervisedSlot]
) -> HopDone:
    """The effect of a message when its claim has a newer one: its decision is not published.

    The message goes on if it withdraws another claim, because no later message does that.
    Raises StaleReview if it only brings a review, so that a person learns of it.
    """
    if message.review is not None and message.withdrawn_claim_id is None:
        raise StaleReview("the claim has a newer decision")
    sent: list[Supervised] = [*session.give_back(freed, message)]
    onward = _after_hop(session, message)
    if message.withdrawn_claim_id is not None and (onward.hops or onward.monitored_hops):
        sent.insert(0, onward._replace(is_outdated=True))
    return HopDone(sent, largest_day=session.keep(), is_outdated=True)


def _sent_on(builder: DecisionBuilder, onward: SupervisedClaim) -> SupervisedClaim | ClaimDecision:
    """The claim for its next hop, or its decision when none is left."""
    if onward.hops or onward.monitored_hops:
        return onward
    return with_note(after_hops(builder, onward), onward.note).final()


def after_hops(builder: DecisionBuilder, message: SupervisedClaim) -> Draft:
    """The draft of a claim with the findings of its hops so far, rolled up."""
    found, monitored = parted(message.found) if message.found else ((), ())
    draft = builder.with_move(with_findings(message.draft, found, builder.rule))
    return draft._replace(monitored=draft.monitored + monitored) if monitored else draft


def _monitored(
    builder: DecisionBuilder,
    retention: Retention,
    memory: SupervisorMemory,
    message: SupervisedClaim,
    order: int,
) -> HopDone:
    """Judge what is only monitored, in a day of the supervisor's that only such lines see.

    They are judged against that day and the real one. Nothing is given back and no claim reopened.
    """
    npi, today = message.monitored_hops[0], message.draft.decided_at.date()
    session = SupervisorSession(memory, npi, today, is_monitored=True)
    session.forget_before(retention.oldest_kept(message.draft.decided_at))
    before = session.withdraw(message, order)
    if before.is_outdated:
        return _outdated(session, message, [])
    found, slots = _judge(builder, session, message, before.arrival, ())
    session.record(message, before.arrival, slots, ())
    largest = session.keep()
    onward = _after_hop(session, message)._replace(found=message.found + tuple(found))
    return HopDone([_sent_on(builder, onward)], largest_day=largest)


def _reviewed(memory: SupervisorMemory, routed: RoutedReview) -> HopDone:
    """The claim that a review is about, reopened for it, or the review for its next hop.

    The claim comes back with the review, and its findings are reviewed then. One that upholds them
    ends here. Raises UnknownReview if no supervisor of the claim has a finding on it, StaleReview
    if the claim has a newer decision than the reviewer saw, UnitsAboveBilled.
    """
    session = SupervisorSession(memory, routed.hops[0], routed.event_time.date())
    found = session.reviewed(routed)
    if found is not None:
        reopened, named = found
        if routed.review.outcome is ReviewOutcome.UPHOLD:
            return HopDone([], named)
        return HopDone([reopened])
    if len(routed.hops) == 1:
        none = "no supervisor has such a finding on the claim"
        raise UnknownReview(none) if routed.is_newest else StaleReview(none)
    return HopDone([routed._replace(hops=routed.hops[1:])])


def _judge(
    builder: DecisionBuilder,
    session: SupervisorSession,
    message: SupervisedClaim,
    arrival: int,
    earlier: Sequence[RefusedLine],
) -> tuple[list[EditFinding], list[SupervisedSlot]]:
    found: list[EditFinding] = []
    slots: list[SupervisedSlot] = []
    decided_on: dict[int | None, list[EditFinding]] = {}
    for each in earlier:
        if each.finding.review_id:
            decided_on.setdefault(each.finding.line_number, []).append(each.finding)
    for time in message.monitored_times if session.is_monitored else message.times:
        if time.npi != session.npi:
            continue
        slot = slot_of(message, time, arrival)
        mode = EditMode.MONITOR if session.is_monitored else EditMode.ENFORCE
        others = session.competing_with(slot)
        own = _findings_on(builder, message, time, others, mode)
        if decided_on:
            reviewed = decided_on.get(time.line_number, [])
            if message.review is not None:
                reviewed = [_beside_all(x, own, message.review.review_id) for x in reviewed]
            own = [*without_reviewed(own, reviewed), *reviewed]
        found += own
        # A line that is not denied may be paid, now or later, so it occupies its time.
        denied = any(x.disposition is Disposition.DENY or x.allowed_units == 0 for x in own)
        slots.append(slot._replace(occupies_time=not denied))
    return found, slots


def _beside_all(reviewed: EditFinding, found: Sequence[EditFinding], review_id: str) -> EditFinding:
    """A finding that this review decides, with all claims that have the time by now.

    The line stands beside them, so corrections of theirs are not denied for it.
    """
    if reviewed.review_id != review_id:
        return reviewed
    now = [x for each in found if each.edit_id == reviewed.edit_id for x in each.related_claim_ids]
    every = dict.fromkeys((*reviewed.related_claim_ids, *now))
    return reviewed._replace(related_claim_ids=tuple(every))


def _findings_on(
    builder: DecisionBuilder,
    message: SupervisedClaim,
    time: SupervisedTime,
    others: Sequence[SupervisedSlot],
    mode: EditMode,
) -> list[EditFinding]:
    """The findings on one line's time, by the policies of the claim's line of business.

    They are those of the edits with that mode.
    """
    found: list[EditFinding] = []
    npi, code, day = message.billing_npi, time.procedure_code, time.service_date
    for policy in builder.policies.all:
        if message.draft.line_of_business not in policy.about.lines_of_business:
            continue
        if not policy.supervises(code, day, npi, mode):
            continue
        on_date = policy.on(day)
        own = [x for edit in policy.supervision_edits for x in edit.judge(time, others, on_date)]
        if policy.modes:
            split = policy.modes.by_mode(own, npi)
            own = split.enforced if mode is EditMode.ENFORCE else split.monitored
        found += own
    return found
