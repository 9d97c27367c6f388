"""What the encounter stage remembers of a member's claims."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from stream_edits.domain.decision import Disposition, Source


class ClaimStatus(StrEnum):
    """How a claim stands with the encounter stage."""

    OPEN = "OPEN"  # PEND: decided afresh when its encounter changes
    DECIDED = "DECIDED"  # PASS or DENY: changed by its source only
    WITHDRAWN = "WITHDRAWN"  # voided or replaced, perhaps before it ever came


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
    # Denied only as the wrong initial service: to be rebilled, so add-ons may still stand on it.
    still_primary: bool
    # Carries an NDC or a drug's name, so it is a drug whatever its code.
    names_drug: bool


class ListedClaim(NamedTuple):
    """A claim in its member's list of all that is remembered."""

    claim_id: str
    # The day (UTC) of the newest event that named the claim: its own, a replacement or a void.
    newest: date
    # The visits (see stages.visits) in which other claims must see it.
    visits: tuple[str, ...]


class ClaimRecord(NamedTuple):
    """A claim of a member, in its newest revision."""

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
    visited: tuple[str, ...] = ()
    # Of a decided claim:
    lines: tuple[LineRecord, ...] = ()
    # Of an open claim: the bytes it came in, where from, and a digest of what was last said of it.
    raw: bytes | None = None
    source: Source | None = None
    outcome_digest: bytes = b""
