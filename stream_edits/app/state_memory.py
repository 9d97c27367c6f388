"""The stages' memory in the engine's state: keys are digests, values framed Avro."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol, TypeVar

from stream_edits.codec.state import (
    decode_claim_record,
    decode_day,
    decode_member_claims,
    decode_quarters,
    decode_visit,
    encode_claim_record,
    encode_day,
    encode_member_claims,
    encode_quarters,
    encode_visit,
)
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus, ListedClaim
from stream_edits.domain.messages import SupervisedQuarter, SupervisedSlot, SupervisedVisit

T = TypeVar("T")


class State(Protocol):
    """What is needed of the engine's StateView."""

    def get(self, key: bytes) -> bytes | None:
        """The value last put, or None."""

    def put(self, key: bytes, value: bytes) -> None:
        """Set a value."""

    def delete(self, key: bytes) -> None:
        """Forget a key."""


@lru_cache(maxsize=1 << 10)
def _key(kind: bytes, *parts: str) -> bytes:
    """A state key: the kind, then 16 bytes that name the parts without holding them.

    Each part is preceded by its length, so that no two lists of parts are written alike.
    What an event reads it mostly writes back, so a key is soon asked for again.
    """
    named = b"".join(b"%d:%b" % (len(raw), raw) for raw in map(str.encode, parts))
    return kind + blake2b(named, digest_size=16).digest()


class _Stored:
    def __init__(self, state: State) -> None:
        self._state = state

    def _get(self, key: bytes, decode: Callable[[bytes], T]) -> T | None:
        value = self._state.get(key)
        return None if value is None else decode(value)

    def _keep(self, key: bytes, value: bytes | None) -> None:
        if value is not None:
            self._state.put(key, value)
        elif self._state.get(key) is not None:
            self._state.delete(key)


class StoredMembers(_Stored):
    """stages.memory.MemberMemory over the encounter stage's state, for one event.

    ``pended`` are the claims that were read as PEND, hence were so before the event.
    """

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.pended: set[str] = set()

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        record = self._get(_key(b"c", member_id, claim_id), decode_claim_record)
        if record is not None and record.status is ClaimStatus.OPEN:
            self.pended.add(claim_id)
        return record

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        self._keep(_key(b"c", member_id, record.claim_id), encode_claim_record(record))

    def forget(self, member_id: str, claim_id: str) -> None:
        self._keep(_key(b"c", member_id, claim_id), None)

    def listed(self, member_id: str) -> tuple[ListedClaim, ...]:
        return self._get(_key(b"m", member_id), decode_member_claims) or ()

    def keep_listed(self, member_id: str, claims: tuple[ListedClaim, ...]) -> None:
        self._keep(_key(b"m", member_id), encode_member_claims(claims))


class StoredSupervisors(_Stored):
    """stages.memory.SupervisorMemory over the supervision stage's state."""

    def day(self, npi: str, day: date) -> tuple[SupervisedSlot, ...]:
        return self._get(_key(b"d", npi, day.isoformat()), decode_day) or ()

    def keep_day(self, npi: str, day: date, slots: tuple[SupervisedSlot, ...]) -> None:
        self._keep(_key(b"d", npi, day.isoformat()), encode_day(slots) if slots else None)

    def visit(self, npi: str, member_id: str, claim_id: str) -> SupervisedVisit | None:
        return self._get(_key(b"s", npi, member_id, claim_id), decode_visit)

    def keep_visit(
        self, npi: str, member_id: str, claim_id: str, visit: SupervisedVisit | None
    ) -> None:
        self._keep(_key(b"s", npi, member_id, claim_id), encode_visit(visit) if visit else None)

    def quarters(self, npi: str) -> tuple[SupervisedQuarter, ...]:
        return self._get(_key(b"q", npi), decode_quarters) or ()

    def keep_quarters(self, npi: str, quarters: tuple[SupervisedQuarter, ...]) -> None:
        self._keep(_key(b"q", npi), encode_quarters(quarters) if quarters else None)
