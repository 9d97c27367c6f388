"""The encounter stage's state: the claims of each member."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, Source


class ClaimStatus(StrEnum):
    """The status of a claim at the encounter stage."""

    OPEN = "OPEN"  # PEND: judged again with every event of its encounters
    DECIDED = "DECIDED"  # PASS or DENY: final unless its source replaces or voids it
    WITHDRAWN = "WITHDRAWN"  # voided or replaced, perhaps before it arrived


class LineRecord(NamedTuple):
    """The part of a decided line that other claims of its encounter are judged against."""

    line_number: int
    procedure_code: str
    modifiers: tuple[str, ...]
    units: float
    allowed_units: float
    service_date: date
    start_time: datetime | None
    end_time: datetime | None
    encounter_key: str
    disposition: Disposition
    # Denied only by edits with `keeps_primary`, so add-ons may still use it as their primary.
    still_primary: bool
    # The line has an NDC or a drug name, so it bills a drug whatever its code.
    names_drug: bool


class ListedClaim(NamedTuple):
    """An entry in the list of a member's remembered claims."""

    claim_id: str
    # The UTC date of the newest event that names the claim: its own, a replacement or a void.
    newest: date
    # The keys by which other claims find it (stages/listing.py).
    listing_keys: tuple[str, ...]


class ClaimRecord(NamedTuple):
    """The state of one claim of a member, in its newest revision."""

    claim_id: str
    status: ClaimStatus
    # Log offset of the first arrival; a replacement takes over that of the claim it replaces.
    arrival: int
    # The digest of every event with this claim, and the digest of its newest content.
    event_digests: tuple[bytes, ...] = ()
    content_digest: bytes = b""
    revision: int = 0
    decision_id: str | None = None
    # Every supervising NPI that was a hop of any revision, ascending.
    supervisors: tuple[str, ...] = ()
    # For a decided claim only: its governed lines.
    lines: tuple[LineRecord, ...] = ()
    # For an open claim only: its content, the encounter key of each line, where it was read, and
    # the digest of its newest outcome.
    claim: ClaimEvent | None = None
    encounter_keys: tuple[str, ...] = ()
    source: Source | None = None
    outcome_digest: bytes = b""

    @property
    def open_claim(self) -> ClaimEvent:
        """The content of an open claim. Raises LookupError for any other claim."""
        if self.claim is None:
            raise LookupError("an open claim was kept without its content")
        return self.claim

    @property
    def read_from(self) -> Source:
        """Where an open claim was read. Raises LookupError for any other claim."""
        if self.source is None:
            raise LookupError("an open claim was kept without its source")
        return self.source
