"""What the encounter stage remembers of a member's claims."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, Source


class ClaimStatus(StrEnum):
    """How far the encounter stage is with a claim."""

    OPEN = "OPEN"  # PEND: decided again when its encounter changes
    DECIDED = "DECIDED"  # PASS or DENY: changed by its source only
    WITHDRAWN = "WITHDRAWN"  # voided or replaced, perhaps before it arrived


class LineRecord(NamedTuple):
    """A decided line, as far as other claims of its encounter must know it."""

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
    # Denied only by edits that keep it as a primary service, so add-ons may still stand on it.
    still_primary: bool
    # Carries an NDC or a drug name, so it is a drug whatever its code.
    names_drug: bool


class ListedClaim(NamedTuple):
    """A claim in its member's list of all that is remembered."""

    claim_id: str
    # The day (UTC) of the newest event that named the claim: its own, a replacement or a void.
    newest: date
    # Under which other claims must find it (stages/listing.py).
    listing_keys: tuple[str, ...]


class ClaimRecord(NamedTuple):
    """A claim of a member in its newest revision: what is remembered of it, and what is judged."""

    claim_id: str
    status: ClaimStatus
    # Log offset of the first arrival; a replacement takes the place of the claim it replaces.
    arrival: int
    # Digests: of every event that brought the claim, and of its newest content.
    event_digests: tuple[bytes, ...] = ()
    content_digest: bytes = b""
    revision: int = 0
    decision_id: str | None = None
    # Every supervising NPI that any revision has visited, ascending.
    supervisors: tuple[str, ...] = ()
    # Of a decided claim:
    lines: tuple[LineRecord, ...] = ()
    # Of an open claim: the claim, each line's encounter, where the claim was read, and a digest
    # of its newest outcome.
    claim: ClaimEvent | None = None
    encounter_keys: tuple[str, ...] = ()
    source: Source | None = None
    outcome_digest: bytes = b""

    @property
    def open_claim(self) -> ClaimEvent:
        """The claim itself. Raises LookupError for one that is not open."""
        if self.claim is None:
            raise LookupError("an open claim was kept without its content")
        return self.claim

    @property
    def read_from(self) -> Source:
        """Where the claim was read. Raises LookupError for one that is not open."""
        if self.source is None:
            raise LookupError("an open claim was kept without its source")
        return self.source
