"""The records that only our own stages read: always framed with packaged schema ids.

So that restoring state never depends on a registry. A record written by an earlier version has
that version's id and is resolved to ours.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from stream_edits.codec import decisions
from stream_edits.codec.avro import Cleaning, Decoder, Encoder, Paths, decoder, read_value, resolve
from stream_edits.codec.errors import UnknownSchema, WrongSchema
from stream_edits.codec.framing import BODY_START, encoder, schema_id
from stream_edits.codec.schemas import packaged, schema_of
from stream_edits.domain.decision import Source
from stream_edits.domain.member_state import (
    ClaimRecord,
    ClaimStatus,
    FindingChange,
    LineRecord,
    ListBranch,
    ListedClaim,
    ReviewableClaim,
)
from stream_edits.domain.messages import (
    Reopen,
    RoutedReview,
    SupervisedClaim,
    SupervisedReview,
    SupervisedTime,
)
from stream_edits.domain.open_pend import OpenPend
from stream_edits.domain.review import ReviewOutcome
from stream_edits.domain.supervisor_state import (
    RefusedLine,
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
)


class MemberClaims(NamedTuple):
    """The record around the list of a member's claims."""

    claims: tuple[ListedClaim, ...]


class StoredPage(NamedTuple):
    """The record of a page of a supervisor's day: the pages below it are packed."""

    slots: tuple[SupervisedSlot, ...]
    parts: bytes
    occupied_by: tuple[str, ...]
    held: int
    last_page: int


class SupervisedQuarters(NamedTuple):
    """The record around the list of a supervisor's quarters."""

    quarters: tuple[SupervisedQuarter, ...]


class CarriedClaim(NamedTuple):
    """The record around a RoutedClaim: its claim is still the bytes it came in."""

    raw: bytes
    source: Source
    content_digest: bytes


class StoredClaim(NamedTuple):
    """The record around a ClaimRecord: its claim, if it is kept, is the bytes it came in."""

    record: ClaimRecord
    raw: bytes | None


def _stored(fields: dict[str, Any]) -> StoredClaim:
    raw, supervisors = fields.pop("raw"), fields.pop("visited")
    return StoredClaim(ClaimRecord(**fields, supervisors=supervisors), raw)


class StoredReviewable(NamedTuple):
    """The record around a ReviewableClaim: its claim, if it is kept, is the bytes it came in."""

    reviewable: ReviewableClaim
    raw: bytes | None


def _stored_reviewable(fields: dict[str, Any]) -> StoredReviewable:
    raw = fields.pop("raw")
    return StoredReviewable(ReviewableClaim(**fields), raw)


_REVIEWABLE_FIELDS = ("first_revision", "decisions", "findings", "changes", "source")
_STORED_FIELDS = (
    *("claim_id", "status", "arrival", "event_digests", "content_digest", "revision"),
    *("decision_id", "lines", "source", "outcome_digest", "billing_npi", "line_count"),
    *("frequency", "replaces_unknown", "replaced_line_count", "rests_on", "answerable_lines"),
    *("reviewed", "review_digests", "monitored_by"),
)
# Where the domain calls a field by another name than the wire, which keeps what it was given first.
PATHS: Paths = {
    **decisions.PATHS,
    "ClaimRecord": {
        **{name: f"record.{name}" for name in _STORED_FIELDS},
        "visited": "record.supervisors",
    },
    "ReviewableClaim": {name: f"reviewable.{name}" for name in _REVIEWABLE_FIELDS},
    "ListedClaim": {"visits": "listing_keys"},
    "SupervisedClaim": {"stops": "hops"},
    "SupervisedSlot": {"standing": "occupies_time"},
    "SupervisedVisit": {"waiting": "denied_claim"},
}
_RECORDS: Mapping[str, Callable[..., object]] = {
    **decisions.RECORDS,
    # Between the stages a decision is still a draft.
    "ClaimDecision": decisions.draft_of,
    "RoutedClaim": CarriedClaim,
    "SupervisedClaim": SupervisedClaim,
    "SupervisedTime": SupervisedTime,
    "SupervisedReview": SupervisedReview,
    "RoutedReview": RoutedReview,
    "RefusedLine": RefusedLine,
    "Reopen": Reopen,
    "ClaimRecord": _stored,
    "LineRecord": LineRecord,
    "ReviewableClaim": _stored_reviewable,
    "FindingChange": FindingChange,
    "MemberClaims": MemberClaims,
    "ListedClaim": ListedClaim,
    "ListBranch": ListBranch,
    "SupervisedDay": StoredPage,
    "SupervisedSlot": SupervisedSlot,
    "SupervisedVisit": SupervisorRecord,
    "SupervisedQuarters": SupervisedQuarters,
    "SupervisedQuarter": SupervisedQuarter,
    "OpenPend": OpenPend,
    "Source": Source,
}
_WRITTEN: Mapping[str, object] = {
    **_RECORDS,
    **decisions.WRITTEN,
    "ClaimRecord": StoredClaim,
    "ReviewableClaim": StoredReviewable,
}
_ENUMS = {**decisions.ENUMS, "ClaimStatus": ClaimStatus, "ReviewOutcome": ReviewOutcome}


_SHARED: Cleaning = {
    **decisions.SHARED,
    "ClaimRecord": decisions.shared("visited billing_npi frequency monitored_by"),
    "LineRecord": decisions.shared(
        "procedure_code modifiers revenue_code rebilled_as drug_name ndc"
    ),
    "Source": decisions.shared("topic"),
    "SupervisedClaim": decisions.shared("stops monitored_hops billing_npi"),
    "SupervisedTime": decisions.shared("procedure_code npi"),
    "OpenPend": decisions.shared("edits"),
}


@cache
def internal_encoder(record: str) -> Encoder:
    """A function value -> framed bytes for the packaged record of that name."""
    schema = schema_of(record)
    return encoder(schema.parsed, schema.id, PATHS, _WRITTEN, _SHARED)


@cache
def _decoder(number: int) -> tuple[str, Decoder]:
    writer = packaged().get(number)
    if writer is None:
        raise UnknownSchema("no packaged schema has this id")
    plan = resolve(writer.parsed, schema_of(writer.record).parsed)
    return writer.record, decoder(plan, _RECORDS, _ENUMS, PATHS, _SHARED)


def read_internal(framed: bytes, *records: str) -> Any:
    """The value of a record that must be one of ``records``. Raises Undecodable."""
    name, decode = _decoder(schema_id(framed))
    if name not in records:
        raise WrongSchema(f"the schema is not that of a {' or a '.join(records)}")
    return read_value(decode, framed, BODY_START)
