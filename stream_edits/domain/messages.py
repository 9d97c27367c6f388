"""What travels between the stages (docs/spec/architecture.md, What flows)."""

from datetime import date, datetime
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, EditFinding, Source


class RoutedClaim(NamedTuple):
    """intake -> encounter: a claim, the framed bytes it came in, and where they came from.

    ``content_digest`` is of all it says (domain/digests.py): worked out where no state bounds the
    number of processes.
    """

    claim: ClaimEvent
    raw: bytes
    source: Source
    content_digest: bytes


class SupervisedTime(NamedTuple):
    """Documented time of one still payable line that occupies its supervisor, [start, end)."""

    line_number: int
    procedure_code: str
    npi: str
    service_date: date
    start_time: datetime
    end_time: datetime


class SupervisedClaim(NamedTuple):
    """encounter -> supervision, and from stop to stop.

    ``draft`` is the decision as the encounter stage left it; ``found`` is what the stops so far
    have added. At each stop the old time of the claim, and of the claim it withdraws, is removed
    before its own ``times`` there are judged.
    """

    member_id: str
    stops: tuple[str, ...]  # NPIs still to visit, ascending; the first is where the record is now
    withdrawn_claim_id: str | None
    times: tuple[SupervisedTime, ...]
    draft: ClaimDecision
    found: tuple[EditFinding, ...] = ()


class Reopen(NamedTuple):
    """supervision -> encounter: time given back frees a claim that was denied for it.

    ``freed`` is the claim as it left the encounter stage, which now gives it its next revision,
    unless it has moved on from ``freed.draft.revision``.
    """

    freed: SupervisedClaim
    trigger_event_id: str
    decided_at: datetime


class SupervisedSlot(NamedTuple):
    """Time of one line in a supervisor's day; a line denied for overlap waits (not standing)."""

    member_id: str
    claim_id: str
    line_number: int
    start_time: datetime
    end_time: datetime
    arrival: int
    standing: bool


class SupervisedQuarter(NamedTuple):
    """A quarter of the year in which a supervisor's days are kept."""

    first: date  # its first day
    newest: date  # the day (UTC) of the newest event that left time in it


class SupervisedVisit(NamedTuple):
    """What one supervisor's partition remembers of one claim.

    ``dates`` are the days that hold its slots; ``waiting`` is the claim as it left the encounter
    stage, kept while one of its lines is denied here, so that it can be sent round again.
    """

    dates: tuple[date, ...]
    arrival: int
    waiting: SupervisedClaim | None
