"""What the stages remember, as their changelogs hold it: framed Avro to the domain and back.

Every ``decode`` raises Undecodable; state that does so was not written by this engine.
"""

from itertools import chain
from struct import pack, unpack
from typing import Any

from stream_edits.codec.earlier_keys import listed_by_day, of_today
from stream_edits.codec.errors import MalformedAvro
from stream_edits.codec.framing import schema_id
from stream_edits.codec.internal import (
    MemberClaims,
    StoredClaim,
    StoredPage,
    StoredReviewable,
    SupervisedQuarters,
    internal_encoder,
    read_internal,
)
from stream_edits.domain.member_state import (
    ClaimRecord,
    ListBranch,
    ListedClaim,
    ListPart,
    ReviewableClaim,
)
from stream_edits.domain.open_pend import OpenPend
from stream_edits.domain.supervisor_state import (
    NO_PARTS,
    DayPage,
    DayParts,
    SupervisedQuarter,
    SupervisorRecord,
)

# The schemas whose keys held an encounter number without a day.
_RECORD_BY_NUMBER, _LIST_BY_NUMBER = 104, 108

_put_claim_record = internal_encoder("ClaimRecord")
_put_reviewable = internal_encoder("ReviewableClaim")
_put_member_claims = internal_encoder("MemberClaims")
_put_list_branch = internal_encoder("ListBranch")
_put_page = internal_encoder("SupervisedDay")
_put_supervisor_record = internal_encoder("SupervisedVisit")
_put_quarters = internal_encoder("SupervisedQuarters")
_put_open_pend = internal_encoder("OpenPend")


def encode_claim_record(record: ClaimRecord, raw: bytes | None) -> bytes:
    """A claim as the encounter stage remembers it; ``raw`` are its framed bytes, if it is kept."""
    return _put_claim_record(StoredClaim(record, raw))


def decode_claim_record(framed: bytes) -> StoredClaim:
    """The reverse of ``encode_claim_record``: the record without its claim, and the bytes."""
    stored: StoredClaim = read_internal(framed, "ClaimRecord")
    return stored


def restore_claim_record(framed: bytes, member_id: str) -> StoredClaim:
    """``decode_claim_record`` for a claim of that member, with current encounter keys."""
    stored = decode_claim_record(framed)
    if schema_id(framed) == _RECORD_BY_NUMBER:
        return stored._replace(record=of_today(stored.record, member_id))
    return stored


def encode_reviewable(claim: ReviewableClaim, raw: bytes | None) -> bytes:
    """What a review needs to know of a claim; ``raw`` are its framed bytes, if it is kept here."""
    return _put_reviewable(StoredReviewable(claim, raw))


def decode_reviewable(framed: bytes) -> StoredReviewable:
    """The reverse of ``encode_reviewable``: the record without its claim, and the bytes."""
    stored: StoredReviewable = read_internal(framed, "ReviewableClaim")
    return stored


def encode_list_part(part: ListPart) -> bytes:
    """The list of a member's claims, or a part of it."""
    if isinstance(part, ListBranch):
        return _put_list_branch(part)
    return _put_member_claims(MemberClaims(part))


def decode_list_part(framed: bytes) -> ListPart:
    """The reverse of ``encode_list_part``."""
    part: MemberClaims | ListBranch = read_internal(framed, "MemberClaims", "ListBranch")
    if isinstance(part, ListBranch):
        return part
    return _of_today(framed, part)


def _of_today(framed: bytes, member: MemberClaims) -> tuple[ListedClaim, ...]:
    if schema_id(framed) == _LIST_BY_NUMBER:
        return tuple([listed_by_day(each) for each in member.claims])
    return member.claims


def encode_page(page: DayPage) -> bytes:
    """A page of a supervisor's day."""
    parts = page.parts
    count = len(parts.pages)
    packed = pack(f"<{5 * count}q", *chain.from_iterable(parts[:5])) if count else b""
    return _put_page(StoredPage(page.slots, packed, parts.occupied_by, page.held, page.last_page))


def decode_page(framed: bytes) -> DayPage:
    """The reverse of ``encode_page``."""
    stored: StoredPage = read_internal(framed, "SupervisedDay")
    if not stored.parts and not stored.occupied_by:
        return DayPage(stored.slots, NO_PARTS, stored.held, stored.last_page)
    count = len(stored.occupied_by)
    if len(stored.parts) != 40 * count:
        raise MalformedAvro("a page of a supervisor's day does not fit its packed pages")
    numbers = unpack(f"<{5 * count}q", stored.parts)
    columns: Any = [numbers[count * place : count * (place + 1)] for place in range(5)]
    columns.append(stored.occupied_by)
    parts = DayParts(*columns)
    return DayPage(stored.slots, parts, stored.held, stored.last_page)


def encode_supervisor_record(record: SupervisorRecord) -> bytes:
    """What a supervisor's partition remembers of a claim."""
    return _put_supervisor_record(record)


def decode_supervisor_record(framed: bytes) -> SupervisorRecord:
    """The reverse of ``encode_supervisor_record``."""
    record: SupervisorRecord = read_internal(framed, "SupervisedVisit")
    return record


def encode_quarters(quarters: tuple[SupervisedQuarter, ...]) -> bytes:
    """The quarters in which a supervisor's days are kept."""
    return _put_quarters(SupervisedQuarters(quarters))


def decode_quarters(framed: bytes) -> tuple[SupervisedQuarter, ...]:
    """The reverse of ``encode_quarters``."""
    held: SupervisedQuarters = read_internal(framed, "SupervisedQuarters")
    return held.quarters


def encode_open_pend(pend: OpenPend) -> bytes:
    """Why and until when a claim is held."""
    return _put_open_pend(pend)


def decode_open_pend(framed: bytes) -> OpenPend:
    """The reverse of ``encode_open_pend``."""
    pend: OpenPend = read_internal(framed, "OpenPend")
    return pend
