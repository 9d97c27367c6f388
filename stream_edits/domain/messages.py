"""The messages between the stages (docs/spec/architecture.md, What flows)."""

from datetime import date, datetime
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Draft, EditFinding, Source
from stream_edits.domain.review import ReviewOutcome


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


class SupervisedReview(NamedTuple):
    """A review on its way to a claim's supervisors, who alone know their findings.

    ``seen_revision`` is the revision that the reviewer saw. Without an edit id it is about findings
    that are not PASS or that cut units. With a claim the outcome is APPROVE or DENY.
    """

    review_id: str
    seen_revision: int
    line_number: int | None
    outcome: ReviewOutcome
    allowed_units: float | None = None
    carc: str | None = None
    rarcs: tuple[str, ...] = ()
    edit_id: str | None = None


class RoutedReview(NamedTuple):
    """encounter -> supervision, and from hop to hop: a review of a claim without other findings.

    The encounter stage does not keep such a claim. A supervisor that denied a line of it does, and
    sends it back as a Reopen with the review, unless that upholds. ``decision_id`` is the
    decision that the reviewer saw, or a later one on the same content. ``is_newest`` is whether the
    one that the reviewer saw is still the claim's newest.
    """

    member_id: str
    claim_id: str
    decision_id: str
    hops: tuple[str, ...]
    review: SupervisedReview
    event_time: datetime
    is_newest: bool = True


class SupervisedClaim(NamedTuple):
    """encounter -> supervision, and from hop to hop.

    ``draft`` is the draft of the encounter stage. ``found`` holds the findings of the hops so far.
    Each hop removes the old slots of the claim, and of the claim it withdraws, before it judges
    those ``times`` that belong to its supervisor.

    ``monitored_times`` are those of lines whose supervision a plan only monitors. Their supervisors
    are ``monitored_hops``: they come after all others, and change nothing but monitored findings.

    ``event_order`` is the log offset of the event at the encounter stage that led to this message,
    0 from an early version. ``withdrawn_revision`` is the newest one of the withdrawn claim. A
    message that a hop has found outdated goes on only to withdraw that claim.
    """

    member_id: str
    hops: tuple[str, ...]  # the NPIs of the remaining hops, ascending; the first is the current one
    withdrawn_claim_id: str | None
    times: tuple[SupervisedTime, ...]
    draft: Draft
    found: tuple[EditFinding, ...] = ()
    # A sentence for the message of the decision's first finding, empty if there is none.
    note: str = ""
    review: SupervisedReview | None = None
    monitored_times: tuple[SupervisedTime, ...] = ()
    monitored_hops: tuple[str, ...] = ()
    # The claim's billing NPI: an edit may be monitored for it. Empty from an earlier version.
    billing_npi: str = ""
    event_order: int = 0
    withdrawn_revision: int = 0
    is_outdated: bool = False


class Reopen(NamedTuple):
    """supervision -> encounter: a claim denied for overlap gets its time and is decided again.

    ``freed`` is the claim as it left the encounter stage. That stage publishes its next revision,
    unless the claim has a newer decision than ``freed.draft``. ``lines`` are the numbers of the
    lines that got their time: none if a review decides the claim, or from an early version.
    """

    freed: SupervisedClaim
    trigger_event_id: str
    decided_at: datetime
    lines: tuple[int, ...] = ()
