"""What the folds of the stages remember, and how the changelogs must hold it.

The state keys that app/ writes are repeated here.
"""

from datetime import date
from hashlib import blake2b
from typing import NamedTuple

from stream_edits.codec.state import (
    encode_claim_record,
    encode_list_part,
    encode_page,
    encode_quarters,
    encode_reviewable,
    encode_supervisor_record,
)
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.member_state import ClaimRecord, ClaimStatus, ListPart, ReviewableClaim
from stream_edits.domain.supervisor_state import (
    DayPage,
    SupervisedQuarter,
    SupervisorRecord,
)
from tests.kafka.notes import Notes

State = dict[bytes, bytes]


class Members:
    """stages.memory.MemberMemory, in dictionaries; ``arriving`` is the claim just read, and its
    bytes."""

    def __init__(self) -> None:
        self.claims: dict[tuple[str, str], ClaimRecord] = {}
        self.lists: dict[tuple[str, ...], ListPart] = {}
        self.reviewables: dict[tuple[str, str], ReviewableClaim] = {}
        self.raw: dict[tuple[str, str], bytes] = {}
        self.arriving: tuple[ClaimEvent, bytes] | None = None
        self.notes = Notes()

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        return self.claims.get((member_id, claim_id))

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        self.claims[member_id, record.claim_id] = record
        if record.status is ClaimStatus.WITHDRAWN:
            self.notes.pop((member_id, record.claim_id), None)
        if self.arriving is not None and record.claim is self.arriving[0]:
            self.raw[member_id, record.claim_id] = self.arriving[1]

    def forget(self, member_id: str, claim_id: str) -> None:
        del self.claims[member_id, claim_id]
        self.notes.pop((member_id, claim_id), None)
        self.reviewables.pop((member_id, claim_id), None)

    def reviewable(self, member_id: str, claim_id: str) -> ReviewableClaim | None:
        return self.reviewables.get((member_id, claim_id))

    def keep_reviewable(
        self, member_id: str, claim_id: str, reviewable: ReviewableClaim | None
    ) -> None:
        if reviewable is None:
            self.reviewables.pop((member_id, claim_id), None)
            return
        self.reviewables[member_id, claim_id] = reviewable
        if self.arriving is not None and reviewable.claim is self.arriving[0]:
            self.raw[member_id, claim_id] = self.arriving[1]

    def listed(self, member_id: str, *place: str) -> ListPart:
        return self.lists.get((member_id, *place), ())

    def keep_listed(self, part: ListPart, member_id: str, *place: str) -> None:
        if part:
            self.lists[member_id, *place] = part
        else:
            self.lists.pop((member_id, *place), None)

    def written(self) -> State:
        """As the changelog must hold it."""
        claims = {
            _key(b"c", *k): encode_claim_record(r, self.raw[k] if r.claim else None)
            for k, r in self.claims.items()
        }
        claims |= {
            _key(b"r", *k): encode_reviewable(r, self.raw[k] if r.claim else None)
            for k, r in self.reviewables.items()
        }
        lists = {_key(b"m", *k): encode_list_part(v) for k, v in self.lists.items()}
        return claims | lists | {_key(b"p", *k): v for k, v in self.notes.items()}


class Supervisors(NamedTuple):
    """stages.memory.SupervisorMemory, in dictionaries."""

    pages: dict[tuple[str, date, int], DayPage | None]
    claims: dict[tuple[str, str, str], SupervisorRecord | None]
    held: dict[str, tuple[SupervisedQuarter, ...]]
    notes: Notes

    def page(self, npi: str, day: date, number: int) -> DayPage | None:
        return self.pages.get((npi, day, number))

    def keep_page(self, npi: str, day: date, number: int, page: DayPage | None) -> None:
        self.pages[npi, day, number] = page

    def claim(self, npi: str, member_id: str, claim_id: str) -> SupervisorRecord | None:
        return self.claims.get((npi, member_id, claim_id))

    def keep_claim(
        self, npi: str, member_id: str, claim_id: str, record: SupervisorRecord | None
    ) -> None:
        self.claims[npi, member_id, claim_id] = record
        if record is None:
            self.notes.pop((npi, member_id, claim_id), None)

    def quarters(self, npi: str) -> tuple[SupervisedQuarter, ...]:
        return self.held.get(npi, ())

    def keep_quarters(self, npi: str, quarters: tuple[SupervisedQuarter, ...]) -> None:
        self.held[npi] = quarters

    def written(self) -> State:
        """As the changelog must hold it."""
        pages = {
            _key(b"d", npi, day.isoformat(), *([str(number)] if number else [])): encode_page(page)
            for (npi, day, number), page in self.pages.items()
            if page
        }
        claims = {_key(b"s", *k): encode_supervisor_record(v) for k, v in self.claims.items() if v}
        quarters = {_key(b"q", k): encode_quarters(v) for k, v in self.held.items() if v}
        return pages | claims | quarters | {_key(b"p", *k): v for k, v in self.notes.items()}


def _key(kind: bytes, *parts: str) -> bytes:
    """A state key, in the format of the changelogs since the first release."""
    named = b"".join(b"%d:%b" % (len(part.encode()), part.encode()) for part in parts)
    return kind + blake2b(named, digest_size=16).digest()
