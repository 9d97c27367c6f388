"""What the stages remember, as they see it, and the same kept in plain dictionaries."""

from datetime import date
from typing import Protocol

from stream_edits.domain.member_state import ClaimRecord, ListedClaim
from stream_edits.domain.supervisor_state import (
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
)


class MemberMemory(Protocol):
    """The encounter stage's memory: each member's claims, and a list of them."""

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        """The newest record of a claim, an open one with its content; None if there is none."""

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        """Keep a claim's record in place of the old one."""

    def forget(self, member_id: str, claim_id: str) -> None:
        """Forget a claim."""

    def listed(self, member_id: str) -> tuple[ListedClaim, ...]:
        """Every claim of a member that is remembered."""

    def keep_listed(self, member_id: str, claims: tuple[ListedClaim, ...]) -> None:
        """Keep the list of a member's claims."""


class SupervisorMemory(Protocol):
    """The supervision stage's memory: each supervisor's time, day by day, and the claims in it."""

    def day(self, npi: str, day: date) -> tuple[SupervisedSlot, ...]:
        """The slots that touch a day."""

    def keep_day(self, npi: str, day: date, slots: tuple[SupervisedSlot, ...]) -> None:
        """Keep the slots of a day; an empty day is forgotten."""

    def claim(self, npi: str, member_id: str, claim_id: str) -> SupervisorRecord | None:
        """What is known of a claim here, None if it left no time."""

    def keep_claim(
        self, npi: str, member_id: str, claim_id: str, record: SupervisorRecord | None
    ) -> None:
        """Keep what is known of a claim here; None forgets it."""

    def quarters(self, npi: str) -> tuple[SupervisedQuarter, ...]:
        """The quarters in which days are kept."""

    def keep_quarters(self, npi: str, quarters: tuple[SupervisedQuarter, ...]) -> None:
        """Keep the list of quarters; an empty one is forgotten."""


class MemberDictionary:
    """MemberMemory in dictionaries, for one process and no longer."""

    def __init__(self) -> None:
        self._claims: dict[tuple[str, str], ClaimRecord] = {}
        self._listed: dict[str, tuple[ListedClaim, ...]] = {}

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        return self._claims.get((member_id, claim_id))

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        self._claims[member_id, record.claim_id] = record

    def forget(self, member_id: str, claim_id: str) -> None:
        self._claims.pop((member_id, claim_id), None)

    def listed(self, member_id: str) -> tuple[ListedClaim, ...]:
        return self._listed.get(member_id, ())

    def keep_listed(self, member_id: str, claims: tuple[ListedClaim, ...]) -> None:
        self._listed[member_id] = claims


class SupervisorDictionary:
    """SupervisorMemory in dictionaries, for one process and no longer."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, date], tuple[SupervisedSlot, ...]] = {}
        self._claims: dict[tuple[str, str, str], SupervisorRecord] = {}
        self._quarters: dict[str, tuple[SupervisedQuarter, ...]] = {}

    def day(self, npi: str, day: date) -> tuple[SupervisedSlot, ...]:
        return self._days.get((npi, day), ())

    def keep_day(self, npi: str, day: date, slots: tuple[SupervisedSlot, ...]) -> None:
        if slots:
            self._days[npi, day] = slots
        else:
            self._days.pop((npi, day), None)

    def claim(self, npi: str, member_id: str, claim_id: str) -> SupervisorRecord | None:
        return self._claims.get((npi, member_id, claim_id))

    def keep_claim(
        self, npi: str, member_id: str, claim_id: str, record: SupervisorRecord | None
    ) -> None:
        if record is not None:
            self._claims[npi, member_id, claim_id] = record
        else:
            self._claims.pop((npi, member_id, claim_id), None)

    def quarters(self, npi: str) -> tuple[SupervisedQuarter, ...]:
        return self._quarters.get(npi, ())

    def keep_quarters(self, npi: str, quarters: tuple[SupervisedQuarter, ...]) -> None:
        if quarters:
            self._quarters[npi] = quarters
        else:
            self._quarters.pop(npi, None)
