"""What the stages remember, as their changelogs hold it: framed Avro to the domain and back.

Every ``decode`` raises Undecodable; state that does so was not written by this engine.
"""

from stream_edits.codec.internal import (
    SupervisedDay,
    VisitIndex,
    internal_encoder,
    read_internal,
)
from stream_edits.domain.encounter import ClaimRecord
from stream_edits.domain.routing import SupervisedSlot, SupervisedVisit

_put_claim_record = internal_encoder("ClaimRecord")
_put_visit_index = internal_encoder("VisitIndex")
_put_day = internal_encoder("SupervisedDay")
_put_visit = internal_encoder("SupervisedVisit")


def encode_claim_record(record: ClaimRecord) -> bytes:
    """A claim as the encounter stage remembers it."""
    return _put_claim_record(record)


def decode_claim_record(framed: bytes) -> ClaimRecord:
    """The reverse of ``encode_claim_record``."""
    record: ClaimRecord = read_internal(framed, "ClaimRecord")
    return record


def encode_visit_index(claim_ids: tuple[str, ...]) -> bytes:
    """The ids of the claims that are listed under a visit."""
    return _put_visit_index(VisitIndex(claim_ids))


def decode_visit_index(framed: bytes) -> tuple[str, ...]:
    """The reverse of ``encode_visit_index``."""
    index: VisitIndex = read_internal(framed, "VisitIndex")
    return index.claim_ids


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
