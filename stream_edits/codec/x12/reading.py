"""How an 837 is to be read, and what comes of it besides claims."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import NamedTuple

from stream_edits.domain.claim import WITHDRAWING, ClaimEvent, LineOfBusiness

from .enrich import Enrichment

_REUSED = "claims that replace an earlier claim with the same number (see --claim-id)"
# The first digits of event_ids as numbers, each made once: kept for a million claims, they take no
# memory of their own.
_MARK_DIGITS = 4
_MARKS = tuple(range(16**_MARK_DIGITS))
# PWK01 of a report -> kinds of attachment. Any other code is kept as ``x12:<code>`` and ignored.
KINDS: Mapping[str, tuple[str, ...]] = {
    "PY": ("by_report",),
    "03": ("medical_justification", "medical_necessity"),
}


class ClaimNumber(StrEnum):
    """Which number of a claim is its `claim_id`. CLM01 is the provider's own and not unique."""

    TRACE = "REF*D9"
    ACCOUNT = "CLM01"
    ICN_FILE = "icn-file"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What an 837 does not say of itself.

    ``payers`` are lines of business by payer id (NM109 of NM1*PR), or by ``SBR09*`` and a claim
    filing code; ``line_of_business`` is for the rest. ``is_drug`` tells whether a procedure code
    bills a drug, so that its description is the drug's name. ``time_zone`` is that of BHT05.
    ``recorded_ms`` is the time of the claims' records, for ``check_taken_in``: milliseconds since
    1970, UTC, or 0 for none.
    """

    claim_number: ClaimNumber
    is_drug: Callable[[str], bool]
    line_of_business: LineOfBusiness | None = None
    payers: Mapping[str, LineOfBusiness] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: KINDS)
    time_zone: tzinfo = UTC
    note_times: bool = False
    enrichment: Enrichment = field(default_factory=Enrichment)
    recorded_ms: int = 0


class RefusedClaim(Exception):
    """A claim cannot be read; ``reason`` says why and holds no value of it.

    ``line`` is the number of the line that is at fault among those of the claim, from 1.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Refusal(NamedTuple):
    """What was refused, by its number from 1: a transaction set of the file, or a claim in it.

    Text that belongs to none has the number of its interchange, or of the one before it.
    """

    transaction: int | None
    claim: int | None
    reason: str
    line: int | None = None
    interchange: int | None = None

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return _in_words(
            interchange=self.interchange,
            transaction=self.transaction,
            claim=self.claim,
            line=self.line,
        )


class ClaimPlace(NamedTuple):
    """Where a claim stands: its number in the file, its transaction set, and its number in that.

    All are from 1. A claim has no number in its set if its CLM is missing, and a refusal may be of
    no set; both then have the number of the claim before them.
    """

    number: int
    transaction: int | None = None
    claim: int | None = None

    @property
    def in_words(self) -> str:
        """The place for people, as refusals have it."""
        return _in_words(transaction=self.transaction, claim=self.claim)


def _in_words(**numbers: int | None) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items() if number is not None)


@dataclass
class Tally:
    """What was counted in files that were read."""

    transactions: int = 0
    claims: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    # Hashes of claim numbers, and a mark of each one's first event. A file may hold a million.
    numbers: dict[int, int] = field(default_factory=dict)

    def count(self, claim: ClaimEvent) -> None:
        """Count a claim that was read, with a warning if an earlier one has its number.

        Nothing can tell it from a second event of that claim. A replacement or void may have the
        number of the claim that it is about, and the same event may be sent again.
        """
        self.claims += 1
        mark = _MARKS[int(claim.event_id[:_MARK_DIGITS], 16)]
        first = self.numbers.setdefault(hash(claim.claim_id), mark)
        if first != mark and claim.frequency not in WITHDRAWING:
            self.warnings[_REUSED] += 1
