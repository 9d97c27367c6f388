"""What travels between the stages (docs/spec/architecture.md, What flows)."""

from datetime import date, datetime
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Draft, EditFinding, Source


class RoutedClaim(NamedTuple):
    """intake -> encounter: a claim and where it was read.

    ``content_digest`` covers its whole content (domain/digests.py): intake works it out, since it
    has no state that bounds its number of processes.
    """

    claim: ClaimEvent
    source: Source
    content_digest: bytes


class SupervisedTime(NamedTuple):
    """Documented time of one payable line that occupies its supervisor, [start, end)."""

    line_number: int
    procedure_code: str
    npi: str
    service_date: date
    start_time: datetime
    end_time: datetime


class SupervisedClaim(NamedTuple):
    """encounter -> supervision, and from supervisor to supervisor.

    ``draft`` is the decision as the encounter stage left it; ``found`` holds the findings of the
    supervisors so far. At each hop the old time of the claim, and of the claim it withdraws, is
    removed before its own ``times`` there are judged.
    """

    member_id: str
    hops: tuple[str, ...]  # supervising NPIs still to visit, ascending; the record is at the first
    withdrawn_claim_id: str | None
    times: tuple[SupervisedTime, ...]
    draft: Draft
    found: tuple[EditFinding, ...] = ()


class Reopen(NamedTuple):
    """supervision -> encounter: time given back frees a claim that was denied for it.

    ``freed`` is the claim as it left the encounter stage, which now gives it its next revision,
    unless the claim has a newer decision than ``freed.draft``.
    """

    freed: SupervisedClaim
    trigger_event_id: str
    decided_at: datetime
