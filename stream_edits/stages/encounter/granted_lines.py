"""Paid lines that a review let stand beside a claim that came before theirs.

A review grants an exception: a second initial service, more units, the same service again. Once its
claim is decided, its lines would count before those of the earlier claim, which would then be held
or denied for what the reviewer allowed. So they count in order of arrival while that claim is
judged, or the one that has taken its place.
"""

from collections.abc import Callable, Sequence

from stream_edits.domain.decision import Disposition
from stream_edits.domain.member_state import ClaimRecord
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.member import MemberSession
from stream_edits.stages.encounter.neighbours import Due, Neighbours
from stream_edits.stages.shared.decision_builder import Cause

# The arrival of a claim, None if it is not known.
_Place = Callable[[str], int | None]


def with_granted(
    member: MemberSession, due: Sequence[Due], others: Neighbours, policies: Policies
) -> tuple[Sequence[Due], Neighbours]:
    """The claims that are judged and their neighbours, with those lines marked.

    ``due`` is the event's claim if it is judged. Decided claims with such lines come apart.
    """
    judged = [*due, *others.open, *others.questioned]
    if not any(x.record.reviewed for x in judged) and not any(x.reviewed for x in others.decided):
        # The usual case.
        return due, others
    arrivals = {x.record.arrival for x in judged}

    def place(claim_id: str) -> int | None:
        # A claim that replaced another one has its arrival, and so has the next one after it.
        record = member.claim(claim_id)
        return record.arrival if record is not None and record.arrival in arrivals else None

    granted = []
    for record in others.decided:
        lines = _granted_lines(record, place)
        apart = _as_due(member, record, lines, policies) if lines else None
        if apart is not None:
            granted.append(apart)
    apart_ids = {x.record.claim_id for x in granted}
    return _marked(due, place), others._replace(
        open=_marked(others.open, place),
        questioned=_marked(others.questioned, place),
        decided=[x for x in others.decided if x.claim_id not in apart_ids],
        granted=tuple(granted),
    )


def _marked(due: Sequence[Due], place: _Place) -> list[Due]:
    return [x._replace(granted=_granted_lines(x.record, place)) for x in due]


def _granted_lines(record: ClaimRecord, place: _Place) -> frozenset[int]:
    """The paid lines of a claim that stand by a review, beside a judged claim that came first."""
    if not record.reviewed or not record.lines:
        return frozenset()
    beside = {
        finding.line_number
        for finding in record.reviewed
        if finding.line_number is not None
        and finding.disposition is Disposition.PASS
        and any(_is_first(record, place(x)) for x in finding.related_claim_ids)
    }
    paid = [x.line_number for x in record.lines if x.disposition is not Disposition.DENY]
    return frozenset(beside.intersection(paid))


def _is_first(record: ClaimRecord, place: int | None) -> bool:
    return place is not None and place < record.arrival


def _as_due(
    member: MemberSession, record: ClaimRecord, lines: frozenset[int], policies: Policies
) -> Due | None:
    """A decided claim with its content and these lines marked, None if that is not kept."""
    stored = member.reviewable(record.claim_id)
    claim = record.claim or (stored and stored.claim)
    if claim is None:
        return None
    again = record._replace(
        claim=claim,
        source=record.source or (stored and stored.source),
        encounter_keys=policies.encounter_keys(claim),
    )
    return Due(again, Cause(None, claim.event_time), policies.governing(claim), granted=lines)
