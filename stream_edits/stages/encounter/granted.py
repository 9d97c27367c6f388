"""Decided claims that a review let stand beside an open claim that came before them.

A review grants an exception: a second initial service, more units, the same service again. Once its
claim is decided, its lines would count before those of the earlier claim, which would then be held
or denied for what the reviewer allowed. So they count in order of arrival, like open ones.
"""

from collections.abc import Callable, Iterable, Mapping

from stream_edits.domain.decision import Disposition
from stream_edits.domain.member_state import ClaimRecord, ReviewableClaim
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.neighbours import Due, Neighbours
from stream_edits.stages.shared.decision_builder import Cause

Reviewable = Callable[[str], ReviewableClaim | None]


def with_granted(
    others: Neighbours,
    withdrawn_ids: Iterable[str],
    own: Due,
    reviewable: Reviewable,
    policies: Policies,
) -> Neighbours:
    """The neighbours, with those decided claims apart.

    ``withdrawn_ids`` are the event's claim and what it withdraws: their place is that of ``own``.
    ``reviewable`` gives the content of a claim that was reviewed.
    """
    if not any(record.reviewed for record in others.decided):
        # The usual case.
        return others
    first = dict.fromkeys(withdrawn_ids, own.record.arrival)
    first |= {x.record.claim_id: x.record.arrival for x in others.open}
    granted = []
    for record in others.decided:
        lines = _granted_lines(record, first) if record.reviewed else set()
        due = _as_open(record, lines, reviewable(record.claim_id), policies) if lines else None
        if due is not None:
            granted.append(due)
    if not granted:
        return others
    apart = {x.record.claim_id for x in granted}
    decided = [x for x in others.decided if x.claim_id not in apart]
    return others._replace(decided=decided, granted=tuple(granted))


def _granted_lines(record: ClaimRecord, first: Mapping[str, int]) -> set[int | None]:
    """The lines of a decided claim that stand by a review, beside a claim that came before it."""
    return {
        finding.line_number
        for finding in record.reviewed
        if finding.disposition is Disposition.PASS
        and any(first.get(x, record.arrival) < record.arrival for x in finding.related_claim_ids)
    }


def _as_open(
    record: ClaimRecord,
    lines: set[int | None],
    stored: ReviewableClaim | None,
    policies: Policies,
) -> Due | None:
    """The claim with these lines to judge and the others decided, None if it is not kept."""
    if stored is None or stored.claim is None:
        return None
    claim = stored.claim
    kept = tuple(line for line in record.lines if line.line_number not in lines)
    again = record._replace(
        claim=claim,
        source=stored.source,
        encounter_keys=policies.encounter_keys(claim),
        lines=kept,
    )
    return Due(again, Cause(None, claim.event_time), policies.governing(claim))
