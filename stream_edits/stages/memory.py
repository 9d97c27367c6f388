"""What the stages remember, as they see it, and the same kept in plain dictionaries."""

from datetime import date
from typing import Protocol

from stream_edits.domain.encounter import ClaimRecord
from stream_edits.domain.routing import SupervisedSlot, SupervisedVisit


class MemberMemory(Protocol):
    """The encounter stage's memory: each member's claims, and which claims share a visit."""

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        """The newest record of a claim, None if it was never heard of."""

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        """Keep a claim's record in place of the old one."""

    def visit(self, key: str) -> tuple[str, ...]:
        """The ids of the claims listed under a visit."""

    def list_visit(self, key: str, claim_ids: tuple[str, ...]) -> None:
        """Keep the list of a visit; an empty one is forgotten."""


class SupervisorMemory(Protocol):
    """The supervision stage's memory: each supervisor's time, day by day, and the claims in it."""

    def day(self, npi: str, day: date) -> tuple[SupervisedSlot, ...]:
        """The slots that touch a day."""

    def keep_day(self, npi: str, day: date, slots: tuple[SupervisedSlot, ...]) -> None:
        """Keep the slots of a day; an empty day is forgotten."""

    def visit(self, npi: str, member_id: str, claim_id: str) -> SupervisedVisit | None:
        """What is known of a claim here, None if it left no time."""

    def keep_visit(
        self, npi: str, member_id: str, claim_id: str, visit: SupervisedVisit | None
    ) -> None:
        """Keep what is known of a claim here; None forgets it."""


class MemberDictionary:
    """MemberMemory in dictionaries, for one process and no longer."""

    def __init__(self) -> None:
        self._claims: dict[tuple[str, str], ClaimRecord] = {}
        self._visits: dict[str, tuple[str, ...]] = {}

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        return self._claims.get((member_id, claim_id))

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        self._claims[member_id, record.claim_id] = record

    def visit(self, key: str) -> tuple[str, ...]:
        return self._visits.get(key, ())

    def list_visit(self, key: str, claim_ids: tuple[str, ...]) -> None:
        if claim_ids:
            self._visits[key] = claim_ids
        else:
            self._visits.pop(key, None)


class SupervisorDictionary:
    """SupervisorMemory in dictionaries, for one process and no longer."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, date], tuple[SupervisedSlot, ...]] = {}
        self._visits: dict[tuple[str, str, str], SupervisedVisit] = {}

    def day(self, npi: str, day: date) -> tuple[SupervisedSlot, ...]:
        return self._days.get((npi, day), ())

    def keep_day(self, npi: str, day: date, slots: tuple[SupervisedSlot, ...]) -> None:
        if slots:
            self._days[npi, day] = slots
        else:
            self._days.pop((npi, day), None)

    def visit(self, npi: str, member_id: str, claim_id: str) -> SupervisedVisit | None:
        return self._visits.get((npi, member_id, claim_id))

    def keep_visit(
        self, npi: str, member_id: str, claim_id: str, visit: SupervisedVisit | None
    ) -> None:
        if visit is not None:
            self._visits[npi, member_id, claim_id] = visit
        else:
            self._visits.pop((npi, member_id, claim_id), None)
