"""Decides claims that share encounters together: open ones, and decided ones that may change."""

from collections.abc import Mapping, Sequence
from enum import Enum

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, Draft, EditFinding, parted
from stream_edits.domain.member_state import ClaimRecord, LineRecord
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.policies.judging.evaluation import evaluate
from stream_edits.policies.judging.finding_order import in_order
from stream_edits.policies.judging.reviewed import of_policy
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.neighbours import (
    Due,
    Neighbours,
    StoredFindings,
    with_kept_lines,
)
from stream_edits.stages.shared.claim_record import answerable_denials, on_decision
from stream_edits.stages.shared.decision_builder import DecisionBuilder


def decide_together(
    builder: DecisionBuilder, due: Sequence[Due], decided: Sequence[ClaimRecord]
) -> dict[str, Draft]:
    """The draft of each open claim, by claim id.

    ``decided`` are the decided claims of the same encounters. When the strict roll-up denies a
    whole claim, its lines become inactive, and the other claims are judged again without them.
    Claims that are held are judged again beside those that this event decides, as the next event
    would find them.
    """
    open_now, fixed = list(due), list(decided)
    drafts: dict[str, Draft] = {}
    while open_now:
        judged = [each.as_judged if each.granted else each.record for each in open_now]
        found = evaluate(judged, fixed, builder.policies)
        for each in open_now:
            record, cause, governing, kept_findings, granted = each
            findings = found[record.claim_id]
            if granted:
                findings = _without_granted(each, findings)
            monitored: tuple[EditFinding, ...] = ()
            if builder.policies.have_modes:
                findings, monitored = parted(findings)
            if kept_findings:
                findings = _with_kept(record.open_claim, findings, kept_findings, builder.policies)
            draft = builder.build(record, findings, cause, governing, monitored)
            drafts[record.claim_id] = draft
        fixed_now = _fixed_now(open_now, drafts) if len(open_now) > 1 else ()
        for record, *_ in fixed_now:
            draft = drafts[record.claim_id]
            fixed.append(on_decision(record, draft, builder.policies, record.supervisors))
        open_now = [each for each in open_now if each not in fixed_now] if fixed_now else []
    return drafts


def _fixed_now(open_now: Sequence[Due], drafts: Mapping[str, Draft]) -> list[Due]:
    """The claims that the others are judged again beside: those that fall as a whole or, without
    any, the decided ones. What a review granted does not count before a claim that came first."""
    fallen = [each for each in open_now if _falls_as_a_whole(drafts[each.record.claim_id])]
    return fallen or [
        each
        for each in open_now
        if drafts[each.record.claim_id].disposition is not Disposition.PEND
        and not each.record.reviewed
    ]


def _without_granted(due: Due, found: Sequence[EditFinding]) -> tuple[EditFinding, ...]:
    """The findings on a claim without those on its granted lines, which do not change. What
    reviews decided there stands."""
    unchanged = {x.line_number for x in due.record.lines} & due.granted
    return tuple(f for f in found if f.review_id or f.line_number not in unchanged)


def _with_kept(
    claim: ClaimEvent,
    found: Sequence[EditFinding],
    kept_findings: Sequence[EditFinding],
    policies: Policies,
) -> tuple[EditFinding, ...]:
    """The findings on a claim, with those on its lines that were not judged again."""
    keys = {_key(f) for f in found}
    kept = [f for f in kept_findings if _key(f) not in keys]
    every = [*found, *kept]
    return tuple(
        each
        for policy in policies.all
        for each in in_order(claim, of_policy(every, policy), policy.order)
    )


class _How(Enum):
    """How a decided claim takes part in a decision: as an open claim, with its denied lines only,
    or not again."""

    WHOLE = 1
    DENIED_LINES = 2
    DECIDED = 3


def reconsider(
    builder: DecisionBuilder, due: Sequence[Due], others: Neighbours, stored: StoredFindings
) -> dict[str, Draft]:
    """The draft of each open claim, and of each decided one that changes, by claim id.

    A questioned claim is decided again if a denial or a cut-back rests on a withdrawn claim, or if
    an answerable denial would not be given now. What is paid stays paid: if the claim as a whole
    would be allowed less on a paid line, only its denied lines are judged. ``stored`` gives the
    findings of a claim's decision, which its paid lines keep then. A denial stands too if its
    answer would take units from a claim that is not decided yet.
    """
    if not others.questioned:
        # The usual case.
        return decide_together(builder, [*due, *others.open, *others.granted], others.decided)
    how = {each.record.claim_id: _How.WHOLE for each in others.questioned}
    while True:
        again, granted, drafts = _decide(builder, due, others, how, stored)
        whole = [x.record for x in again if how[x.record.claim_id] is _How.WHOLE]
        worse = [record for record in whole if _takes_back(record, drafts)]
        if worse:
            # One at a time: without the last claim, the others may be right.
            how[worse[-1].claim_id] = _in_part(worse[-1], stored)
            continue
        answered = [x.record for x in again if x.record.claim_id not in others.resting]
        same = [x for x in answered if _denies_as_before(x, drafts, stored, builder.policies)]
        if answered and not same:
            unanswered = how | {record.claim_id: _How.DECIDED for record in answered}
            *_, without = _decide(builder, due, others, unanswered, stored)
            same = answered[-1:] if _takes_from(drafts, without) else []
        if not same:
            unchanged = {x.record.claim_id for x in granted}
            return {name: draft for name, draft in drafts.items() if name not in unchanged}
        how |= {record.claim_id: _How.DECIDED for record in same}


def _decide(
    builder: DecisionBuilder,
    due: Sequence[Due],
    others: Neighbours,
    how: Mapping[str, _How],
    stored: StoredFindings,
) -> tuple[list[Due], list[Due], dict[str, Draft]]:
    """The questioned claims that are decided again, the granted ones, and all drafts."""
    again = [x for x in others.questioned if how[x.record.claim_id] is not _How.DECIDED]
    rest = [x for x in others.questioned if x not in again]
    granted = [*others.granted, *(x for x in rest if x.granted)]
    kept = [x.record for x in rest if not x.granted]
    judged = [_judged(x, how[x.record.claim_id], stored) for x in again]
    now = [*due, *others.open, *granted, *judged]
    return again, granted, decide_together(builder, now, [*others.decided, *kept])


def _takes_from(drafts: Mapping[str, Draft], without: Mapping[str, Draft]) -> bool:
    """Whether a line is denied or allowed fewer units than in the drafts ``without`` an answer."""
    return any(
        now.allowed_units < line.allowed_units
        or (now.disposition is Disposition.DENY and line.disposition is not Disposition.DENY)
        for name, draft in without.items()
        for now, line in zip(drafts[name].lines, draft.lines, strict=True)
    )


def _judged(due: Due, how: _How, stored: StoredFindings) -> Due:
    """A decided claim as it is judged. Lines that it keeps are not judged again."""
    kept = _paid_lines(due.record)
    if how is _How.WHOLE:
        approved = _approved_lines(due.record, stored)
        kept = [line for line in kept if line.line_number in approved]
    return with_kept_lines(due._replace(record=due.record._replace(lines=tuple(kept))), stored)


def _approved_lines(record: ClaimRecord, stored: StoredFindings) -> set[int | None]:
    """The lines that stand by a review and rest on no other claim, so that none is to gain."""
    if not record.reviewed:
        return set()
    resting = {f.line_number for f in stored(record.claim_id) if f.related_claim_ids}
    return {f.line_number for f in record.reviewed} - resting


def _in_part(record: ClaimRecord, stored: StoredFindings) -> _How:
    """How a claim is judged that would lose a paid line if it were judged as a whole."""
    paid = _paid_lines(record)
    # State from before findings were stored does not say why units were cut.
    is_whole = all(line.allowed_units == line.units for line in paid)
    is_explained = is_whole or bool(stored(record.claim_id))
    return _How.DENIED_LINES if len(paid) < len(record.lines) and is_explained else _How.DECIDED


def _paid_lines(record: ClaimRecord) -> list[LineRecord]:
    return [line for line in record.lines if line.disposition is not Disposition.DENY]


def _takes_back(record: ClaimRecord, drafts: Mapping[str, Draft]) -> bool:
    """Whether the draft of a decided claim allows less on a line that is paid."""
    now = {line.line_number: line for line in drafts[record.claim_id].lines}
    return any(
        now[paid.line_number].disposition is not Disposition.PASS
        or now[paid.line_number].allowed_units < paid.allowed_units
        for paid in _paid_lines(record)
    )


def _denies_as_before(
    record: ClaimRecord, drafts: Mapping[str, Draft], stored: StoredFindings, policies: Policies
) -> bool:
    """Whether each answerable denial of a decided claim would be given again, by the same edit."""
    now = answerable_denials(drafts[record.claim_id].findings, policies)
    before = answerable_denials(stored(record.claim_id), policies)
    if not before:
        # State from before findings were stored.
        return set(record.answerable_lines) <= {x.line_number for x in now}
    return {_key(x) for x in before} <= {_key(x) for x in now}


def _key(finding: EditFinding) -> tuple[str, str, int | None]:
    return finding.policy_id, finding.edit_id, finding.line_number


def _falls_as_a_whole(draft: Draft) -> bool:
    return (
        draft.disposition is Disposition.DENY
        and not has_header_fault(draft.findings)
        and any(line.disposition is not Disposition.DENY for line in draft.lines)
    )
