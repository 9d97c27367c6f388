"""The messages between the stages (docs/spec/architecture.md, What flows)."""

from datetime import date, datetime
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Draft, EditFinding, Source


class RoutedClaim(NamedTuple):
    """intake -> encounter: a claim and where it was read.

    ``content_digest`` is the digest of the claim (domain/digests.py). Intake computes it because
    that stage is stateless and easy to scale.
    """

    claim: ClaimEvent
    source: Source
    content_digest: bytes


class SupervisedTime(NamedTuple):
    """The documented time of a payable line that needs a supervisor: [start, end), local time."""

    line_number: int
    procedure_code: str
    npi: str
    service_date: date
    start_time: datetime
    end_time: datetime


class SupervisedClaim(NamedTuple):
    """encounter -> supervision, and from hop to hop.

    ``draft`` is the draft of the encounter stage. ``found`` holds the findings of the hops so far.
    Each hop removes the old slots of the claim, and of the claim it withdraws, before it judges
    those ``times`` that belong to its supervisor.
    """

    member_id: str
    hops: tuple[str, ...]  # the NPIs of the remaining hops, ascending; the first is the current one
    withdrawn_claim_id: str | None
    times: tuple[SupervisedTime, ...]
    draft: Draft
    found: tuple[EditFinding, ...] = ()
    # A sentence for the message of the decision's first finding, empty if there is none.
    note: str = ""


class Reopen(NamedTuple):
    """supervision -> encounter: a claim denied for overlap gets its time and is decided again.

    ``freed`` is the claim as it left the encounter stage. That stage publishes its next revision,
    unless the claim has a newer decision than ``freed.draft``.
    """

    freed: SupervisedClaim
    trigger_event_id: str
    decided_at: datetime
