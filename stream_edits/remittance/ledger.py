"""Which decisions stand, and on which claims: the newest of each claim that nobody withdrew."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Source
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.remittance.adjustments import takes_away


class _Event(NamedTuple):
    """A claim event that was decided.

    ``withdrawn`` is the claim that its decision says it replaced or voided. An applicable one
    without a header fault withdraws the claim that it names also if its decision does not say so:
    the stage may have forgotten that claim.
    """

    claim_id: str
    event_id: str
    may_withdraw: bool
    withdrawn: str | None


class _Published(NamedTuple):
    decision: ClaimDecision
    timestamp_ms: int


class _Billed(NamedTuple):
    member_id: str
    is_void: bool
    charges: tuple[Decimal | None, ...]


class Standing(NamedTuple):
    """A decision that stands and takes something away, with the charges of its claim's lines.

    ``charges`` is None if the claim was not found.
    """

    decision: ClaimDecision
    charges: tuple[Decimal | None, ...] | None


class Ledger:
    """All decisions, and then the claims that they were made on."""

    def __init__(self) -> None:
        self._published: dict[str, list[_Published]] = {}
        self._events: dict[Source, _Event] = {}
        self._billed: dict[Source, _Billed] = {}
        self._withdraws: dict[Source, tuple[str, str]] = {}

    def add_decision(self, decision: ClaimDecision, timestamp_ms: int = 0) -> None:
        """Add a decision, in any order. ``timestamp_ms`` is when it was published."""
        place = decision.source
        # A person may approve a header fault in a later revision; then the claim withdraws another.
        may, withdrawn = decision.applicable, decision.withdrawn_claim_id
        may = may and not has_header_fault(decision.findings)
        known = self._events.get(place)
        if known is not None:
            may, withdrawn = may or known.may_withdraw, withdrawn or known.withdrawn
        self._events[place] = _Event(decision.claim_id, decision.event_id, may, withdrawn)
        if not takes_away(decision):
            # Most decisions: only their place in the claim's revisions matters.
            decision = decision._replace(lines=(), findings=(), encounter_keys=())
        published = self._published.setdefault(decision.claim_id, [])
        published.append(_Published(decision, timestamp_ms))

    def places(self) -> Iterable[Source]:
        """Where the claims are that were decided."""
        return self._events.keys()

    def add_claim(self, place: Source, claim: ClaimEvent) -> None:
        """Add the claim found at one of ``places``, after a decision on it.

        Another claim than the one that was decided is ignored: its topic was created again.
        """
        event = self._events.get(place)
        if event is None or (event.claim_id, event.event_id) != (claim.claim_id, claim.event_id):
            return
        charges = tuple(line.charge_amount for line in claim.lines)
        self._billed[place] = _Billed(claim.member_id, claim.is_void, charges)
        name = claim.withdraws
        if name is not None and name != claim.claim_id:
            self._withdraws[place] = claim.member_id, name

    def unknown_claims(self) -> int:
        """The number of decided events whose claim was not found."""
        return len(self._events.keys() - self._billed.keys())

    def standing(self) -> Iterator[Standing]:
        """The decisions that take something away now, by the time of their event.

        A claim that another one replaced or voided has none, and neither has a void: it bills
        nothing.
        """
        withdrawn = {
            named
            for place, named in self._withdraws.items()
            if self._events[place].may_withdraw or self._events[place].withdrawn == named[1]
        }
        newest = [
            _newest(of_member)
            for published in self._published.values()
            for of_member in self._by_member(published)
        ]
        for decision in sorted(newest, key=lambda d: (d.decided_at, d.claim_id)):
            billed = self._billed.get(decision.source)
            if not takes_away(decision):
                continue
            if billed is None:
                yield Standing(decision, None)
            elif not billed.is_void and (billed.member_id, decision.claim_id) not in withdrawn:
                yield Standing(decision, billed.charges)

    def _by_member(self, published: list[_Published]) -> Iterable[list[_Published]]:
        """The decisions under one claim id, apart for each member: two may have the same number.

        Those whose claim was not found belong to the only member, if there is just one.
        """
        if len(published) == 1:
            return [published]
        found: dict[str | None, list[_Published]] = {}
        for each in published:
            billed = self._billed.get(each.decision.source)
            found.setdefault(None if billed is None else billed.member_id, []).append(each)
        return [published] if len(found.keys() - {None}) <= 1 else found.values()


def _newest(published: list[_Published]) -> ClaimDecision:
    """The decision of a claim that no other one supersedes.

    There may be several: revisions begin at 1 again once a claim was forgotten, and intake numbers
    none. Then the latest counts.
    """
    if len(published) == 1:
        return published[0].decision
    superseded = {each.decision.supersedes for each in published}
    heads = [each for each in published if each.decision.decision_id not in superseded]
    latest = max(
        heads or published,
        key=lambda p: (p.decision.decided_at, p.decision.revision, p.timestamp_ms),
    )
    return latest.decision
