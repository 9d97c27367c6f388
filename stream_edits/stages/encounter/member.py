"""One member's claims: their records, their retention, and which claims are judged together."""

from collections.abc import Callable, Iterable
from datetime import date

from stream_edits.domain.decision import EditFinding
from stream_edits.domain.encounter import visit_of
from stream_edits.domain.member_state import (
    ClaimRecord,
    ClaimStatus,
    ListBranch,
    ListedClaim,
    ReviewableClaim,
)
from stream_edits.stages.encounter import claim_list
from stream_edits.stages.encounter.claim_list import ClaimList
from stream_edits.stages.shared.memory import MemberMemory


class MemberSession:
    """One member's state while one event is processed.

    ``today`` is the event's UTC date, ``order`` its log offset.
    """

    def __init__(self, memory: MemberMemory, member_id: str, today: date, order: int) -> None:
        self._memory = memory
        self._member_id = member_id
        self._today = today
        self.order = order
        self._dropped: list[str] = []
        found = memory.listed(member_id)
        # A long list is in parts; most are one value, which is read as a whole.
        self._parts = ClaimList(memory, member_id) if isinstance(found, ListBranch) else None
        self._before: tuple[ListedClaim, ...] = () if isinstance(found, ListBranch) else found
        self._whole = {each.claim_id: each for each in self._before}
        self._listed: dict[str, ListedClaim] | ClaimList
        self._listed = self._whole if self._parts is None else self._parts

    def forget_before(self, oldest: date) -> None:
        """Drop every claim whose newest event is older than ``oldest``, whatever its status.

        ``keep`` deletes them: an event that is refused changes no state.
        """
        if self._parts is not None:
            self._dropped = self._parts.before(oldest)
        for each in self._before:
            if each.newest < oldest:
                self._dropped.append(each.claim_id)
        for claim_id in self._dropped:
            del self._listed[claim_id]

    def claim(self, claim_id: str) -> ClaimRecord | None:
        """The record of a claim, None if the claim is not listed."""
        if claim_id not in self._listed:
            return None
        return self._memory.claim(self._member_id, claim_id)

    def remember(self, record: ClaimRecord) -> None:
        """Store a claim's record; it replaces the old one. A withdrawn claim is not reviewed."""
        self._memory.remember(self._member_id, record)
        if record.status is ClaimStatus.WITHDRAWN:
            self.keep_reviewable(record.claim_id, None)

    def reviewable(self, claim_id: str) -> ReviewableClaim | None:
        """What a review needs to know of a claim, None if nothing of it can be reviewed."""
        return self._memory.reviewable(self._member_id, claim_id)

    def findings(self, claim_id: str) -> tuple[EditFinding, ...]:
        """The findings of a claim's newest decision, as far as they are stored."""
        stored = self.reviewable(claim_id)
        return () if stored is None else stored.findings

    def keep_reviewable(self, claim_id: str, reviewable: ReviewableClaim | None) -> None:
        """Store what a review needs to know of a claim. None deletes it."""
        self._memory.keep_reviewable(self._member_id, claim_id, reviewable)

    def name(self, claim_id: str) -> None:
        """Note that today's event names this claim: as its own, or as replaced or voided."""
        each = self._listed.get(claim_id)
        if each is None:
            self._listed[claim_id] = ListedClaim(claim_id, self._today, ())
            if claim_id in self._dropped:
                # The claim begins anew. All that was kept of it has expired.
                self._memory.forget(self._member_id, claim_id)
        elif each.newest < self._today:
            self._listed[claim_id] = each._replace(newest=self._today)

    def list_under(self, claim_id: str, keys: tuple[str, ...]) -> None:
        """List a named claim under these listing keys only. Raises KeyError for an unnamed one."""
        self._listed[claim_id] = ListedClaim(claim_id, self._listed[claim_id].newest, keys)

    def unlist(self, claim_id: str) -> tuple[str, ...]:
        """Remove the listing keys of a named claim, and return them."""
        keys = self._listed[claim_id].listing_keys
        if keys:
            self.list_under(claim_id, ())
        return keys

    def gather(self, keys: Iterable[str]) -> list[ClaimRecord]:
        """Every claim listed under these keys, and under those of some claims found.

        Those are claims that may change, which are decided as a whole, so all their encounters are
        needed; and decided claims with a stay, whose days are judged as one. The records are in
        order of arrival. Raises LookupError if a listed claim has no record.
        """
        if len(self._listed) == 1:
            # The usual case: the event's own claim is the member's only one.
            return []
        under = self._under()
        todo, seen = list(keys), set(keys)
        found: dict[str, ClaimRecord] = {}
        while todo:
            for claim_id in under(todo.pop()) or ():
                if claim_id in found:
                    continue
                record = self._memory.claim(self._member_id, claim_id)
                if record is None:
                    raise LookupError("a member's list names a claim that is not remembered")
                found[claim_id] = record
                if record.claim is not None or _has_stay(record, self._member_id):
                    further = self._listed[claim_id].listing_keys
                    todo += [key for key in further if key not in seen]
                    seen.update(further)
        return sorted(found.values(), key=lambda record: record.arrival)

    def _under(self) -> Callable[[str], Iterable[str] | None]:
        """A function from a listing key to the ids of the claims under it, if there are any."""
        if self._parts is not None:
            return self._parts.under
        under: dict[str, list[str]] = {}
        for each in self._whole.values():
            for key in each.listing_keys:
                under.setdefault(key, []).append(each.claim_id)
        return under.get

    def keep(self) -> None:
        """At the end of the event: store the list of claims if it changed, delete dropped ones."""
        for claim_id in self._dropped:
            if claim_id not in self._listed:
                self._memory.forget(self._member_id, claim_id)
        if self._parts is not None:
            self._parts.keep()
            return
        listed = tuple(self._whole.values())
        if listed == self._before:
            return
        if len(listed) > claim_list.MOST:
            ClaimList(self._memory, self._member_id, listed).keep()
        else:
            self._memory.keep_listed(listed, self._member_id)


def _has_stay(record: ClaimRecord, member_id: str) -> bool:
    """Whether a decided claim has a visit of several days."""
    return any(
        visit_of(line.encounter_key, member_id).day != line.service_date for line in record.lines
    )
