"""State on top of other state: changes stay here, everything else is read from below."""

from datetime import date

from stream_edits.domain.member_state import ClaimRecord, ListPart, ReviewableClaim
from stream_edits.domain.supervisor_state import (
    DayPage,
    SupervisedQuarter,
    SupervisorRecord,
)
from stream_edits.stages.shared.memory import MemberMemory, SupervisorMemory


class ForkedMembers:
    """MemberMemory on top of another one, which it does not change."""

    def __init__(self, below: MemberMemory) -> None:
        self._below = below
        self._claims: dict[tuple[str, str], ClaimRecord | None] = {}
        self._reviewable: dict[tuple[str, str], ReviewableClaim | None] = {}
        self._listed: dict[tuple[str, ...], ListPart] = {}

    def claim(self, member_id: str, claim_id: str) -> ClaimRecord | None:
        if (member_id, claim_id) in self._claims:
            return self._claims[member_id, claim_id]
        return self._below.claim(member_id, claim_id)

    def remember(self, member_id: str, record: ClaimRecord) -> None:
        self._claims[member_id, record.claim_id] = record

    def forget(self, member_id: str, claim_id: str) -> None:
        self._claims[member_id, claim_id] = None
        self._reviewable[member_id, claim_id] = None

    def reviewable(self, member_id: str, claim_id: str) -> ReviewableClaim | None:
        if (member_id, claim_id) in self._reviewable:
            return self._reviewable[member_id, claim_id]
        return self._below.reviewable(member_id, claim_id)

    def keep_reviewable(
        self, member_id: str, claim_id: str, reviewable: ReviewableClaim | None
    ) -> None:
        self._reviewable[member_id, claim_id] = reviewable

    def listed(self, member_id: str, *place: str) -> ListPart:
        if (member_id, *place) in self._listed:
            return self._listed[member_id, *place]
        return self._below.listed(member_id, *place)

    def keep_listed(self, part: ListPart, member_id: str, *place: str) -> None:
        self._listed[member_id, *place] = part


class ForkedSupervisors:
    """SupervisorMemory on top of another one, which it does not change."""

    def __init__(self, below: SupervisorMemory) -> None:
        self._below = below
        self._pages: dict[tuple[str, date, int], DayPage | None] = {}
        self._claims: dict[tuple[str, str, str], SupervisorRecord | None] = {}
        self._quarters: dict[str, tuple[SupervisedQuarter, ...]] = {}

    def page(self, npi: str, day: date, number: int) -> DayPage | None:
        if (npi, day, number) in self._pages:
            return self._pages[npi, day, number]
        return self._below.page(npi, day, number)

    def keep_page(self, npi: str, day: date, number: int, page: DayPage | None) -> None:
        self._pages[npi, day, number] = page

    def claim(self, npi: str, member_id: str, claim_id: str) -> SupervisorRecord | None:
        if (npi, member_id, claim_id) in self._claims:
            return self._claims[npi, member_id, claim_id]
        return self._below.claim(npi, member_id, claim_id)

    def keep_claim(
        self, npi: str, member_id: str, claim_id: str, record: SupervisorRecord | None
    ) -> None:
        self._claims[npi, member_id, claim_id] = record

    def quarters(self, npi: str) -> tuple[SupervisedQuarter, ...]:
        if npi in self._quarters:
            return self._quarters[npi]
        return self._below.quarters(npi)

    def keep_quarters(self, npi: str, quarters: tuple[SupervisedQuarter, ...]) -> None:
        self._quarters[npi] = quarters
