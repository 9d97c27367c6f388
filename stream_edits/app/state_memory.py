"""The stages' state in the engine's state store. Keys are digests, values are framed Avro."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol, TypeVar

from stream_edits.codec.state import (
    decode_list_part,
    decode_page,
    decode_quarters,
    decode_reviewable,
    decode_supervisor_record,
    encode_claim_record,
    encode_list_part,
    encode_open_pend,
    encode_page,
    encode_quarters,
    encode_reviewable,
    encode_supervisor_record,
    restore_claim_record,
)
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.member_state import (
    ClaimRecord,
    ClaimStatus,
    ListBranch,
    ListPart,
    ReviewableClaim,
)
from stream_edits.domain.open_pend import OpenPend
from stream_edits.domain.supervisor_state import (
    DayPage,
    SupervisedQuarter,
    SupervisorRecord,
)

# Key prefix of open pends.
OPEN_PEND = b"p"
T = TypeVar("T")


class State(Protocol):
    """The part of the engine's StateView that the stages need."""

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, or None."""

    def put(self, key: bytes, value: bytes) -> None:
        """Set the value of a key."""

    def delete(self, key: bytes) -> None:
        """Delete a key."""


@lru_cache(maxsize=1 << 10)
def _key(kind: bytes, *parts: str) -> bytes:
    """A state key: the kind, then a 16-byte digest of the parts.

    Each part is prefixed with its length, so that different parts give different keys. Keys are
    cached because most events write the keys that they have read.
    """
    text = "".join([f"{len(part)}:{part}" for part in parts])
    if text.isascii():
        named = text.encode()
    else:
        named = b"".join([b"%d:%b" % (len(raw), raw) for raw in map(str.encode, parts)])
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

    A claim whose content is kept is stored in its original framed bytes, so that its schema may
    evolve, and is decoded for the stage, without its encounter keys. ``raw`` holds the bytes of the
    event's own claim ``claim_id``. ``pended`` collects the ids of the claims that were PEND
    before the event. ``size`` is the number of the member's claims if the event
    changed their list, or else 0.
    """

    def __init__(
        self,
        state: State,
        decode_claim: Callable[[bytes], ClaimEvent],
        claim_id: str | None = None,
        raw: bytes | None = None,
    ) -> None:
        super().__init__(state)
        self.pended: set[str] = set()
        self.size = 0
        self._decode_claim = decode_claim
        self._raw = {} if claim_id is None else {claim_id: raw}

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        value = self._state.get(_key(b"c", member_id, claim_id))
        if value is None:
            return None
        record, raw = restore_claim_record(value, member_id)
        if raw is None:
            if record.status is ClaimStatus.OPEN:
                raise LookupError("an open claim was kept without its bytes")
            return record
        if record.status is ClaimStatus.OPEN:
            self.pended.add(claim_id)
        # For the event's own claim, the new bytes must be stored, not these.
        self._raw.setdefault(claim_id, raw)
        claim = self._decode_claim(raw)
        # An early version stored the claim without these.
        return record._replace(
            claim=claim,
            billing_npi=claim.billing_provider_npi,
            line_count=len(claim.lines),
            frequency=claim.frequency,
        )

    def note(self, member_id: str, claim_id: str, pend: OpenPend | None) -> None:
        """Store what holds a claim, for the metrics; None if nothing does, or a hop says it."""
        value = None if pend is None else encode_open_pend(pend)
        self._keep(_key(OPEN_PEND, member_id, claim_id), value)

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        if record.status is ClaimStatus.WITHDRAWN:
            self.note(member_id, record.claim_id, None)
        raw = None if record.claim is None else self._raw[record.claim_id]
        self._keep(_key(b"c", member_id, record.claim_id), encode_claim_record(record, raw))

    def reviewable(self, member_id: str, claim_id: str) -> ReviewableClaim | None:
        stored = self._get(_key(b"r", member_id, claim_id), decode_reviewable)
        if stored is None or stored.raw is None:
            return None if stored is None else stored.reviewable
        self._raw.setdefault(claim_id, stored.raw)
        return stored.reviewable._replace(claim=self._decode_claim(stored.raw))

    def keep_reviewable(
        self, member_id: str, claim_id: str, reviewable: ReviewableClaim | None
    ) -> None:
        value = None
        if reviewable is not None:
            raw = None if reviewable.claim is None else self._raw[claim_id]
            value = encode_reviewable(reviewable, raw)
        self._keep(_key(b"r", member_id, claim_id), value)

    def forget(self, member_id: str, claim_id: str) -> None:
        self._keep(_key(b"c", member_id, claim_id), None)
        self._keep(_key(b"r", member_id, claim_id), None)
        self.note(member_id, claim_id, None)

    def listed(self, member_id: str, *place: str) -> ListPart:
        value = self._state.get(_key(b"m", member_id, *place))
        return () if value is None else decode_list_part(value)

    def keep_listed(self, part: ListPart, member_id: str, *place: str) -> None:
        if not place:
            self.size = part.claims if isinstance(part, ListBranch) else len(part)
        value = encode_list_part(part) if part or not place else None
        self._keep(_key(b"m", member_id, *place), value)


def _page_key(npi: str, day: date, number: int) -> bytes:
    """The key of a page. The first has that of the whole day in earlier versions."""
    if number:
        return _key(b"d", npi, day.isoformat(), str(number))
    return _key(b"d", npi, day.isoformat())


class StoredSupervisors(_Stored):
    """stages.memory.SupervisorMemory over the supervision stage's state."""

    def page(self, npi: str, day: date, number: int) -> DayPage | None:
        return self._get(_page_key(npi, day, number), decode_page)

    def keep_page(self, npi: str, day: date, number: int, page: DayPage | None) -> None:
        self._keep(_page_key(npi, day, number), encode_page(page) if page else None)

    def claim(self, npi: str, member_id: str, claim_id: str) -> SupervisorRecord | None:
        return self._get(_key(b"s", npi, member_id, claim_id), decode_supervisor_record)

    def keep_claim(
        self, npi: str, member_id: str, claim_id: str, record: SupervisorRecord | None
    ) -> None:
        value = encode_supervisor_record(record) if record else None
        self._keep(_key(b"s", npi, member_id, claim_id), value)
        if record is None:
            self._keep(_key(OPEN_PEND, npi, member_id, claim_id), None)

    def note(self, npi: str, member_id: str, claim_id: str, pend: OpenPend) -> None:
        """Store what holds a claim that has slots here, for the metrics. It goes with them."""
        self._keep(_key(OPEN_PEND, npi, member_id, claim_id), encode_open_pend(pend))

    def quarters(self, npi: str) -> tuple[SupervisedQuarter, ...]:
        return self._get(_key(b"q", npi), decode_quarters) or ()

    def keep_quarters(self, npi: str, quarters: tuple[SupervisedQuarter, ...]) -> None:
        self._keep(_key(b"q", npi), encode_quarters(quarters) if quarters else None)
