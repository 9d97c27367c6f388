"""What the stages remember, as their changelogs hold it: framed Avro to the domain and back.

Every ``decode`` raises Undecodable; state that does so was not written by this engine.
"""

from stream_edits.codec.internal import (
    MemberClaims,
    SupervisedDay,
    SupervisedQuarters,
    internal_encoder,
    read_internal,
)
from stream_edits.domain.member_state import ClaimRecord, ListedClaim
from stream_edits.domain.messages import SupervisedQuarter, SupervisedSlot, SupervisedVisit

_put_claim_record = internal_encoder("ClaimRecord")
_put_member_claims = internal_encoder("MemberClaims")
_put_day = internal_encoder("SupervisedDay")
_put_visit = internal_encoder("SupervisedVisit")
_put_quarters = internal_encoder("SupervisedQuarters")


def encode_claim_record(record: ClaimRecord) -> bytes:
    """A claim as the encounter stage remembers it."""
    return _put_claim_record(record)


def decode_claim_record(framed: bytes) -> ClaimRecord:
    """The reverse of ``encode_claim_record``."""
    record: ClaimRecord = read_internal(framed, "ClaimRecord")
    return record


def encode_member_claims(claims: tuple[ListedClaim, ...]) -> bytes:
    """The list of a member's claims."""
    return _put_member_claims(MemberClaims(claims))


def decode_member_claims(framed: bytes) -> tuple[ListedClaim, ...]:
    """The reverse of ``encode_member_claims``."""
    member: MemberClaims = read_internal(framed, "MemberClaims")
    return member.claims


def encode_day(slots: tuple[SupervisedSlot, ...]) -> bytes:
    """The slots of a supervisor's day."""
    return _put_day(SupervisedDay(slots))


def decode_day(framed: bytes) -> tuple[SupervisedSlot, ...]:
    """The reverse of ``encode_day``."""
    day: SupervisedDay = read_internal(framed, "SupervisedDay")
    return day.slots


def encode_visit(visit: SupervisedVisit) -> bytes:
    """What a supervisor's partition remembers of a claim."""
    return _put_visit(visit)


def decode_visit(framed: bytes) -> SupervisedVisit:
    """The reverse of ``encode_visit``."""
    visit: SupervisedVisit = read_internal(framed, "SupervisedVisit")
    return visit


def encode_quarters(quarters: tuple[SupervisedQuarter, ...]) -> bytes:
    """The quarters in which a supervisor's days are kept."""
    return _put_quarters(SupervisedQuarters(quarters))


def decode_quarters(framed: bytes) -> tuple[SupervisedQuarter, ...]:
    """The reverse of ``encode_quarters``."""
    held: SupervisedQuarters = read_internal(framed, "SupervisedQuarters")
    return held.quarters
