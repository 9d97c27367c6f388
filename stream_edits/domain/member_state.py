"""The encounter stage's state: the claims of each member."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, EditFinding, Source


class ClaimStatus(StrEnum):
    """The status of a claim at the encounter stage."""

    OPEN = "OPEN"  # PEND: judged again with every event of its encounters
    DECIDED = "DECIDED"  # PASS or DENY: final, except for what ClaimRecord says
    WITHDRAWN = "WITHDRAWN"  # voided or replaced, perhaps before it arrived


class LineRecord(NamedTuple):
    """The part of a decided line that other claims of its encounter are judged against.

    Without procedure code, revenue code and drug it says only that a stay has its day.
    """

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
    revenue_code: str | None = None
    # The code that a denied line counts as in sequencing, None if it does not count.
    rebilled_as: str | None = None
    # As billed, on a line with a drug name only: which drug a code for any drug stands for.
    drug_name: str | None = None
    ndc: str | None = None


class ListedClaim(NamedTuple):
    """An entry in the list of a member's remembered claims."""

    claim_id: str
    # The UTC date of the newest event that names the claim: its own, a replacement or a void.
    newest: date
    # The keys by which other claims find it (stages/encounter/listing.py).
    listing_keys: tuple[str, ...]


class ListBranch(NamedTuple):
    """Where a long list of a member's claims is split (stages/encounter/claim_list.py).

    ``claims`` is the number of claims in the whole list, known at its root only. ``oldest`` has the
    earliest ``newest`` in each of its 16 parts, None for a part without claims.
    """

    claims: int
    oldest: tuple[date | None, ...]


# A list of claims, or a part of one.
ListPart = tuple[ListedClaim, ...] | ListBranch


class ClaimRecord(NamedTuple):
    """The state of one claim of a member, in its newest revision.

    A decided claim keeps its content while a later event may change a denial or a cut-back: that
    rests on another claim that may be withdrawn (``rests_on``), or a later line may answer it
    (``answerable_lines``).
    """

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
    # For a decided claim: the lines that other claims are judged against. For an open one that was
    # decided before: those of them that it was paid for.
    lines: tuple[LineRecord, ...] = ()
    # For an open claim, and a decided one that may change: its content, the encounter key of each
    # line, where it was read, and the digest of its newest outcome.
    claim: ClaimEvent | None = None
    encounter_keys: tuple[str, ...] = ()
    source: Source | None = None
    outcome_digest: bytes = b""
    # Empty for a claim that has not arrived, and for one stored by an early version.
    billing_npi: str = ""
    line_count: int = 0
    # Its frequency code in force, empty for a claim stored by an early version.
    frequency: str = ""
    # It is a replacement of a claim that was not known, was already withdrawn by another one, or
    # was itself a correction that withdrew nothing.
    replaces_unknown: bool = False
    # The number of lines of the claim that it replaced, 0 if it replaced none.
    replaced_line_count: int = 0
    # The claims that denials and cut-backs of a decided claim rest on, ascending.
    rests_on: tuple[str, ...] = ()
    # The numbers of the lines whose denial a later line of the day may answer, ascending.
    answerable_lines: tuple[int, ...] = ()
    # The findings that reviews of the present content have decided, as they stand.
    reviewed: tuple[EditFinding, ...] = ()
    # The digest of the id of every review of this claim.
    review_digests: tuple[bytes, ...] = ()
    # Every supervising NPI that was a monitored hop of any revision, ascending.
    monitored_by: tuple[str, ...] = ()

    @property
    def open_claim(self) -> ClaimEvent:
        """The content of the claim. Raises LookupError if it is not kept."""
        if self.claim is None:
            raise LookupError("the content of the claim was not kept")
        return self.claim

    @property
    def read_from(self) -> Source:
        """Where the claim was read. Raises LookupError if that is not kept."""
        if self.source is None:
            raise LookupError("the source of the claim was not kept")
        return self.source


class FindingChange(NamedTuple):
    """A revision that changed the findings of one edit on one line, or on the claim (None).

    A change is another disposition, other allowed units, or a review's decision on them.
    ``present`` says whether there are findings from then on, ``takes_away`` whether one of them
    holds, denies or cuts. Of findings that only supervisors know they say what may be.
    """

    edit_id: str
    line_number: int | None
    revision: int
    present: bool
    takes_away: bool


class ReviewableClaim(NamedTuple):
    """What a review needs to know of a claim, beside its record.

    It is kept while a finding of the encounter stage holds, denies or cuts, or is reviewed, and
    without the claim's content once such a finding has gone, or a supervisor's was reviewed.
    ``decisions`` holds a digest of the decision id of each revision of the present content, from
    ``first_revision`` on, and ``changes`` the history of its findings. ``claim`` and ``source`` are
    kept here only if the claim's record does not have them.
    """

    first_revision: int
    decisions: tuple[bytes, ...]
    findings: tuple[EditFinding, ...] = ()
    changes: tuple[FindingChange, ...] = ()
    claim: ClaimEvent | None = None
    source: Source | None = None
