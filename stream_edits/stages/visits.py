"""Which claims share a visit: listing a claim, and gathering all that bear on one another."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.encounter import ClaimRecord, ClaimStatus
from stream_edits.domain.keys import encounter_keys
from stream_edits.edits.evaluation import OpenClaim
from stream_edits.stages.memory import MemberMemory


class Waiting(NamedTuple):
    """A PEND claim that a later event may decide: its record and the claim itself."""

    record: ClaimRecord
    claim: OpenClaim


class Neighbours(NamedTuple):
    """The claims that bear on an event, waiting ones in order of arrival."""

    waiting: list[Waiting]
    decided: list[ClaimRecord]


def visit_keys(claim: ClaimEvent, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The visits a claim is listed under: its encounters, and its billing NPI's days of service.

    The days find duplicates that carry another encounter number.
    """
    provider = f"{claim.member_id}|{claim.billing_provider_npi}|"
    days = (provider + line.service_date.isoformat() for line in claim.lines)
    return tuple(dict.fromkeys((*keys, *days)))


def list_claim(memory: MemberMemory, record: ClaimRecord) -> None:
    """List a claim under each of its visits."""
    for key in record.visits:
        listed = memory.visit(key)
        if record.claim_id not in listed:
            memory.list_visit(key, (*listed, record.claim_id))


def unlist_claim(memory: MemberMemory, record: ClaimRecord) -> None:
    """Take a claim off the lists of its visits."""
    for key in record.visits:
        memory.list_visit(key, tuple(x for x in memory.visit(key) if x != record.claim_id))


def gather(
    memory: MemberMemory,
    member_id: str,
    visits: Iterable[str],
    decode: Callable[[bytes], ClaimEvent],
) -> Neighbours:
    """Every claim listed under these visits, or under the visits of a waiting claim found so.

    A waiting claim is decided as a whole, so all its visits must be seen with it.
    """
    todo, seen = list(visits), set(visits)
    found: dict[str, ClaimRecord] = {}
    while todo:
        for claim_id in memory.visit(todo.pop()):
            if claim_id in found:
                continue
            record = memory.claim(member_id, claim_id)
            if record is None:
                raise LookupError("a visit lists a claim that is not remembered")
            found[claim_id] = record
            if record.status is ClaimStatus.OPEN:
                todo += [key for key in record.visits if key not in seen]
                seen.update(record.visits)
    records = sorted(found.values(), key=lambda record: record.arrival)
    waiting = [_waiting(r, decode) for r in records if r.status is ClaimStatus.OPEN]
    return Neighbours(waiting, [r for r in records if r.status is ClaimStatus.DECIDED])


def _waiting(record: ClaimRecord, decode: Callable[[bytes], ClaimEvent]) -> Waiting:
    if record.raw is None:
        raise LookupError("a waiting claim was kept without its bytes")
    claim = decode(record.raw)
    return Waiting(record, OpenClaim(claim, record.arrival, encounter_keys(claim)))
