"""Decides claims that share encounters together: open ones, and decided ones that may change."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stream_edits.domain.decision import Disposition, Draft
from stream_edits.domain.member_state import ClaimRecord
from stream_edits.policies.evaluation import evaluate, has_header_fault
from stream_edits.policies.policy import Policy
from stream_edits.stages.claim_record import answerable_lines, on_decision
from stream_edits.stages.decision_builder import Cause, DecisionBuilder


class Due(NamedTuple):
    """An open claim to decide, the event that causes it, and the policies that govern it."""

    record: ClaimRecord
    cause: Cause
    governing: Sequence[Policy]


def decide_together(
    builder: DecisionBuilder, due: Sequence[Due], decided: Sequence[ClaimRecord]
) -> dict[str, Draft]:
    """The draft of each open claim, by claim id.

    ``decided`` are the decided claims of the same encounters. When the strict roll-up denies a
    whole claim, its lines become inactive, and the other claims are judged again without them.
    """
    open_now, fixed = list(due), list(decided)
    drafts: dict[str, Draft] = {}
    while open_now:
        found = evaluate([each.record for each in open_now], fixed, builder.policies)
        for record, cause, governing in open_now:
            findings = found[record.claim_id]
            drafts[record.claim_id] = builder.build(record, findings, cause, governing)
        fallen = [each for each in open_now if _falls_as_a_whole(drafts[each.record.claim_id])]
        if not fallen:
            break
        for record, _, _ in fallen:
            fixed.append(on_decision(record, drafts[record.claim_id], builder.policies))
        open_now = [each for each in open_now if each not in fallen]
    return drafts


def reconsider(
    builder: DecisionBuilder,
    due: Sequence[Due],
    answerable: Sequence[Due],
    decided: Sequence[ClaimRecord],
) -> dict[str, Draft]:
    """The draft of each open claim, and of each answerable claim that is answered, by claim id.

    ``answerable`` are decided claims with a denial that a later line of the day may answer. Such a
    claim is decided again as a whole if one of these denials would not be given now. Otherwise it
    counts as decided.
    """
    if not answerable:
        return decide_together(builder, due, decided)
    answered = list(answerable)
    while True:
        again = {each.record.claim_id for each in answered}
        kept = [x.record for x in answerable if x.record.claim_id not in again]
        drafts = decide_together(builder, [*due, *answered], [*decided, *kept])
        still = [x for x in answered if _is_still_denied(x.record, drafts, builder)]
        if not still:
            return drafts
        answered = [each for each in answered if each not in still]


def _is_still_denied(
    record: ClaimRecord, drafts: Mapping[str, Draft], builder: DecisionBuilder
) -> bool:
    denied = answerable_lines(drafts[record.claim_id].findings, builder.policies)
    return set(record.answerable_lines) <= set(denied)


def _falls_as_a_whole(draft: Draft) -> bool:
    return (
        draft.disposition is Disposition.DENY
        and not has_header_fault(draft.findings)
        and any(line.disposition is not Disposition.DENY for line in draft.lines)
    )
