"""What becomes of the claims of a file: each with its place, or why it was refused."""

from stream_edits.domain.claim import ClaimEvent

from .claim import claim_of
from .found_claim import UnfinishedClaim
from .reading import ClaimPlace, Reading, Refusal, RefusedClaim, Tally

Placed = tuple[ClaimPlace, ClaimEvent | Refusal]


class Results:
    """The numbers of one file, from 1, and what is counted of its claims.

    ``claims`` is of the transaction set, ``place`` of the interchange. ``is_empty`` tells whether
    the transaction set has given nothing, neither a claim nor a refusal.
    """

    def __init__(self, reading: Reading, tally: Tally) -> None:
        self._reading, self._tally = reading, tally
        self._position = self.interchanges = self.transactions = self.claims = self.place = 0
        self.is_empty = True

    def start_interchange(self) -> None:
        """ISA."""
        self.interchanges += 1
        self.place = 0

    def start_transaction(self) -> None:
        """ST."""
        self.transactions += 1
        self._tally.transactions += 1
        self.claims, self.is_empty = 0, True

    def start_claim(self) -> None:
        """CLM."""
        self._position += 1
        self.claims += 1
        self.place += 1
        self.is_empty = False

    def of(self, opened: UnfinishedClaim) -> list[Placed]:
        """The claim, which is whole, or its refusal."""
        try:
            claim = claim_of(opened.found, self._reading, self._tally.warnings)
        except RefusedClaim as refused:
            return self.refuse(opened.number, refused.reason, refused.line)
        self._tally.count(claim)
        return [(ClaimPlace(self._position, self.transactions, opened.number), claim)]

    def refuse(self, claim: int | None, reason: str, line: int | None = None) -> list[Placed]:
        """Refuse a claim of the transaction set, or without its number what is left of the set."""
        return self._refused(Refusal(self.transactions, claim, reason, line))

    def refuse_text(self, reason: str | None) -> list[Placed]:
        """Refuse text of the interchange that is in no transaction set; None: there is none."""
        if reason is None:
            return []
        return self._refused(Refusal(None, None, reason, interchange=self.interchanges))

    def _refused(self, refusal: Refusal) -> list[Placed]:
        self.is_empty = False
        self._tally.refused[refusal.reason] += 1
        return [(ClaimPlace(self._position, refusal.transaction, refusal.claim), refusal)]
