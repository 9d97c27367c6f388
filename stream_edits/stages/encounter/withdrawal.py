"""Withdraws the claim that another one replaces or voids."""

from collections.abc import Iterable
from typing import NamedTuple

from stream_edits.domain.claim import REPLACEMENT, WITHDRAWING
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.policies.judging.form import judge_form
from stream_edits.policies.policy import Policy
from stream_edits.stages.encounter.member import MemberSession
from stream_edits.stages.shared.claim_record import withdrawn


class Withdrawal(NamedTuple):
    """The record of a claim that replaces or voids another one, and the record of that one.

    ``record`` has what it takes over. ``withdrawn`` is as it was before, None if there was nothing
    to withdraw.
    """

    record: ClaimRecord
    withdrawn: ClaimRecord | None


def withdraw_named(
    member: MemberSession,
    record: ClaimRecord,
    known: ClaimRecord | None,
    governing: Iterable[Policy],
) -> Withdrawal:
    """Withdraw the claim that an open claim replaces or voids, unless it has a header fault.

    ``known`` is the record of the open claim before this event, None for a new claim. A name that
    is not known is stored as withdrawn, so that a claim with it has no effect if it arrives later.
    """
    claim = record.open_claim
    name = claim.withdraws
    if name is None:
        # A replacement without a name is a header fault, which a review may approve.
        is_unknown = claim.frequency == REPLACEMENT
        if record.replaces_unknown != is_unknown or record.replaced_line_count:
            record = record._replace(replaces_unknown=is_unknown, replaced_line_count=0)
        return Withdrawal(record, None)
    if any(has_header_fault(judge_form(record, policy)) for policy in governing):
        return Withdrawal(record, None)
    if name == claim.claim_id:
        return Withdrawal(_replacing_itself(record, known), None)
    named = member.claim(name)
    member.name(name)
    if named is None:
        member.remember(ClaimRecord(name, ClaimStatus.WITHDRAWN, record.arrival))
        return Withdrawal(record._replace(replaces_unknown=not claim.is_void), None)
    if named.status is ClaimStatus.WITHDRAWN:
        is_unknown = record.replaces_unknown if _withdrew(record, named) else not claim.is_void
        return Withdrawal(record._replace(replaces_unknown=is_unknown), None)
    # What a faulty correction was to correct still stands, and may be what this one corrects.
    is_unknown = named.frequency in WITHDRAWING and has_header_fault(member.findings(name))
    replacing = _replacing(record, named)
    # By its arrival, later events find the claim that has its place (granted_lines.py).
    member.remember(withdrawn(named)._replace(arrival=replacing.arrival))
    return Withdrawal(replacing._replace(replaces_unknown=is_unknown and not claim.is_void), named)


def _withdrew(record: ClaimRecord, named: ClaimRecord) -> bool:
    """Whether an earlier event of a claim withdrew the named one, whose place it then took."""
    return record.replaced_line_count > 0 and record.arrival <= named.arrival


def _replacing(record: ClaimRecord, named: ClaimRecord) -> ClaimRecord:
    """The record with the arrival and the supervisors of the claim that it withdraws."""
    return record._replace(
        arrival=min(record.arrival, named.arrival),
        supervisors=tuple(sorted({*record.supervisors, *named.supervisors})),
        monitored_by=tuple(sorted({*record.monitored_by, *named.monitored_by})),
        replaces_unknown=False,
        replaced_line_count=named.line_count,
    )


def _replacing_itself(record: ClaimRecord, known: ClaimRecord | None) -> ClaimRecord:
    if known is None:
        return record._replace(replaces_unknown=not record.open_claim.is_void)
    return record._replace(replaces_unknown=False, replaced_line_count=known.line_count)
