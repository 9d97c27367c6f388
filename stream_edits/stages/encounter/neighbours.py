"""The claims that share encounters with an event's claim, sorted by what may become of them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from stream_edits.domain.decision import EditFinding
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus
from stream_edits.policies.policy import Policies, Policy
from stream_edits.stages.encounter.member import MemberSession
from stream_edits.stages.shared.decision_builder import Cause

# The findings of a claim's newest decision by claim id, as far as they are stored.
StoredFindings = Callable[[str], Sequence[EditFinding]]


class Due(NamedTuple):
    """An open claim to decide, the event that causes it, and the policies that govern it.

    ``kept_findings`` are findings on lines of the record that are not judged again. Of those lines
    the ones in ``granted`` stand by a review beside an earlier claim that is judged now, and do not
    count before it.
    """

    record: ClaimRecord
    cause: Cause
    governing: Sequence[Policy]
    kept_findings: tuple[EditFinding, ...] = ()
    granted: frozenset[int] = frozenset()

    @property
    def as_judged(self) -> ClaimRecord:
        """The record with the lines that count before all others. A granted line counts like one
        of an open claim, in order of arrival."""
        lines = tuple(x for x in self.record.lines if x.line_number not in self.granted)
        return self.record._replace(lines=lines)


class Neighbours(NamedTuple):
    """The claims that share encounters with an event's claim.

    ``questioned`` are decided claims with a denial or a cut-back that this event may change. Those
    in ``resting`` rest on a claim that the event withdraws. Those in ``granted`` are decided claims
    that do not change, and have granted lines.
    """

    open: list[Due]
    questioned: list[Due]
    resting: frozenset[str]
    decided: list[ClaimRecord]
    granted: tuple[Due, ...] = ()

    def by_arrival(self) -> list[Due]:
        """The claims that may be decided again, in order of arrival."""
        return sorted([*self.open, *self.questioned], key=lambda due: due.record.arrival)


def neighbours(
    member: MemberSession,
    around: Sequence[ClaimRecord],
    withdrawn_ids: set[str],
    cause: Cause,
    policies: Policies,
) -> Neighbours:
    """Sort the claims around an event's claim by whether they may be decided again.

    ``withdrawn_ids`` are the claims that the event withdraws, with the claim itself. ``cause`` is
    the event, as other claims name it.
    """
    found = Neighbours([], [], frozenset(), [])
    if not around:
        # The usual case.
        return found
    resting = set()
    for record in around:
        if record.claim is None:
            found.decided.append(record)
            continue
        keys = policies.encounter_keys(record.claim)
        due = Due(record._replace(encounter_keys=keys), cause, policies.governing(record.claim))
        rests = bool(record.rests_on) and _rests(member, record, withdrawn_ids)
        if record.status is ClaimStatus.OPEN:
            found.open.append(with_kept_lines(due, member.findings) if record.lines else due)
        elif rests or record.answerable_lines:
            found.questioned.append(due)
        else:
            found.decided.append(record)
        if rests:
            resting.add(record.claim_id)
    return found._replace(resting=frozenset(resting))


def _rests(member: MemberSession, record: ClaimRecord, withdrawn_ids: set[str]) -> bool:
    """Whether a denial or a cut-back rests on a claim that is withdrawn, by this event or before:
    the right claim may come after the void of the wrong one."""
    named = [member.claim(x) for x in record.rests_on if x not in withdrawn_ids]
    gone = [x for x in named if x is not None and x.status is ClaimStatus.WITHDRAWN]
    return bool(gone) or len(named) < len(record.rests_on)


def with_kept_lines(due: Due, stored: StoredFindings) -> Due:
    """A claim with the findings on the lines of its record, which are not judged again."""
    kept = {line.line_number for line in due.record.lines}
    findings = [f for f in stored(due.record.claim_id) if f.line_number in kept]
    return due._replace(kept_findings=tuple(findings))
