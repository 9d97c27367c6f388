"""Deciding claims that bear on one another, together."""

from collections.abc import Sequence
from typing import NamedTuple

from stream_edits.domain.decision import ClaimDecision, Disposition, EditFinding, Source
from stream_edits.domain.member_state import ClaimRecord
from stream_edits.policies.evaluation import OpenClaim, evaluate, has_header_fault
from stream_edits.stages.claim_record import on_decision
from stream_edits.stages.decision_builder import Cause, DecisionBuilder


class Candidate(NamedTuple):
    """A claim to be decided now, its record so far, and the event that brings it about."""

    own: OpenClaim
    record: ClaimRecord
    cause: Cause


def decide_together(
    builder: DecisionBuilder, candidates: Sequence[Candidate], decided: Sequence[ClaimRecord]
) -> dict[str, ClaimDecision]:
    """The decision on each candidate, by claim id.

    The strict roll-up may deny a claim as a whole; its other lines are then no longer active, so
    the rest is judged once more without them.
    """
    open_now, fixed = list(candidates), list(decided)
    drafts: dict[str, ClaimDecision] = {}
    while open_now:
        found = evaluate([c.own for c in open_now], fixed, builder.policy)
        for each in open_now:
            drafts[each.own.claim.claim_id] = _draft(builder, each, found)
        fallen = [c for c in open_now if _falls_as_a_whole(drafts[c.own.claim.claim_id])]
        if not fallen:
            break
        for each in fallen:
            draft = drafts[each.own.claim.claim_id]
            fixed.append(on_decision(each.record, each.own, draft, builder.policy))
        open_now = [c for c in open_now if c not in fallen]
    return drafts


def _draft(
    builder: DecisionBuilder, each: Candidate, found: dict[str, tuple[EditFinding, ...]]
) -> ClaimDecision:
    record, claim = each.record, each.own.claim
    return builder.build(
        claim,
        kept_source(record),
        True,
        found[claim.claim_id],
        each.cause,
        record.revision + 1,
        record.decision_id,
        each.own.encounter_keys,
    )


def _falls_as_a_whole(draft: ClaimDecision) -> bool:
    return (
        draft.disposition is Disposition.DENY
        and not has_header_fault(draft.findings)
        and any(line.disposition is not Disposition.DENY for line in draft.lines)
    )


def kept_source(record: ClaimRecord) -> Source:
    """Where an open claim was read; raises LookupError when it was not kept."""
    if record.source is None:
        raise LookupError("an open claim was kept without its source")
    return record.source
