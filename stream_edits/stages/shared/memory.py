"""The stages' state as protocols, and implementations in plain dictionaries."""

from collections.abc import Callable, MutableMapping
from datetime import date
from typing import Any, Protocol

from stream_edits.domain.member_state import ClaimRecord, ListPart, ReviewableClaim
from stream_edits.domain.supervisor_state import (
    DayPage,
    SupervisedQuarter,
    SupervisorRecord,
)


class MemberMemory(Protocol):
    """The encounter stage's state: the record of each claim, and the list of a member's claims."""

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        """The record of a claim, or None. The record of an open claim has its content."""

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        """Store a claim's record; it replaces the old one."""

    def reviewable(self, member_id: str, claim_id: str) -> ReviewableClaim | None:
        """What a review needs to know of a claim, None if nothing of it can be reviewed."""

    def keep_reviewable(
        self, member_id: str, claim_id: str, reviewable: ReviewableClaim | None
    ) -> None:
        """Store what a review needs to know of a claim. None deletes it."""

    def forget(self, member_id: str, claim_id: str) -> None:
        """Delete a claim's record, and what a review needs to know of the claim."""

    def listed(self, member_id: str, *place: str) -> ListPart:
        """The list of a member's claims, or a part of it (encounter/claim_list.py)."""

    def keep_listed(self, part: ListPart, member_id: str, *place: str) -> None:
        """Store the list or a part of it. An empty part is deleted."""


class SupervisorMemory(Protocol):
    """The supervision stage's state: the slots of each supervisor's days, and their claims."""

    def page(self, npi: str, day: date, number: int) -> DayPage | None:
        """A page of the slots of a supervisor that overlap a day; 0 is the first."""

    def keep_page(self, npi: str, day: date, number: int, page: DayPage | None) -> None:
        """Store a page of a day. None deletes it."""

    def claim(self, npi: str, member_id: str, claim_id: str) -> SupervisorRecord | None:
        """The supervisor record of a claim, None if the claim has no slots."""

    def keep_claim(
        self, npi: str, member_id: str, claim_id: str, record: SupervisorRecord | None
    ) -> None:
        """Store the supervisor record of a claim. None deletes it."""

    def quarters(self, npi: str) -> tuple[SupervisedQuarter, ...]:
        """The quarters for which slots are stored."""

    def keep_quarters(self, npi: str, quarters: tuple[SupervisedQuarter, ...]) -> None:
        """Store the list of quarters. An empty list deletes it."""


# Makes the mappings that hold a state.
MakeMapping = Callable[[], MutableMapping[Any, Any]]


class MemberDictionary:
    """MemberMemory in dictionaries, or other mappings, lost with the process."""

    def __init__(self, make: MakeMapping = dict) -> None:
        self._claims: MutableMapping[tuple[str, str], ClaimRecord] = make()
        self._reviewable: MutableMapping[tuple[str, str], ReviewableClaim] = make()
        self._listed: MutableMapping[tuple[str, ...], ListPart] = make()

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        return self._claims.get((member_id, claim_id))

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        self._claims[member_id, record.claim_id] = record

    def forget(self, member_id: str, claim_id: str) -> None:
        self._claims.pop((member_id, claim_id), None)
        self._reviewable.pop((member_id, claim_id), None)

    def reviewable(self, member_id: str, claim_id: str) -> ReviewableClaim | None:
        return self._reviewable.get((member_id, claim_id))

    def keep_reviewable(
        self, member_id: str, claim_id: str, reviewable: ReviewableClaim | None
    ) -> None:
        if reviewable is not None:
            self._reviewable[member_id, claim_id] = reviewable
        else:
            self._reviewable.pop((member_id, claim_id), None)

    def listed(self, member_id: str, *place: str) -> ListPart:
        return self._listed.get((member_id, *place), ())

    def keep_listed(self, part: ListPart, member_id: str, *place: str) -> None:
        if part or not place:
            self._listed[member_id, *place] = part
        else:
            self._listed.pop((member_id, *place), None)


class SupervisorDictionary:
    """SupervisorMemory in dictionaries, or other mappings, lost with the process."""

    def __init__(self, make: MakeMapping = dict) -> None:
        self._pages: MutableMapping[tuple[str, date, int], DayPage] = make()
        self._claims: MutableMapping[tuple[str, str, str], SupervisorRecord] = make()
        self._quarters: MutableMapping[str, tuple[SupervisedQuarter, ...]] = make()

    def page(self, npi: str, day: date, number: int) -> DayPage | None:
        return self._pages.get((npi, day, number))

    def keep_page(self, npi: str, day: date, number: int, page: DayPage | None) -> None:
        if page is not None:
            self._pages[npi, day, number] = page
        else:
            self._pages.pop((npi, day, number), None)

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
