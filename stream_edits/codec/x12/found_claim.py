"""What the walker hands over: a claim as texts by the fields of the table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from stream_edits.domain.claim import ClaimForm

from .delimiters import BLANKS
from .reading import Reading
from .segments import text_of

Values = dict[str, Any]
_Record = TypeVar("_Record")


class Transaction(NamedTuple):
    """What the envelope says of each claim of a transaction set.

    ``lineage`` is ISA06, ISA13, GS06 and ST02; ``batch`` is BHT03 to BHT05.
    """

    form: ClaimForm
    lineage: tuple[str, str, str, str]
    component: str
    batch: tuple[str, str, str] = ("", "", "")


@dataclass
class FoundClaim:
    """A claim's values by the fields of the table, as they stand in its loops.

    ``place`` is its number in the interchange, from 1. ``dependent`` is None if the patient is the
    subscriber. ``fault``: why it cannot be read.
    """

    transaction: Transaction
    place: int
    provider: Values
    subscriber: Values
    dependent: Values | None
    values: Values = field(default_factory=dict)
    lines: list[Values] = field(default_factory=list)
    fault: str | None = None


class UnfinishedClaim(NamedTuple):
    """A claim whose segments are still coming, and its number in the transaction, from 1.

    None for one without a CLM.
    """

    number: int | None
    found: FoundClaim


class Work(NamedTuple):
    """A claim while it is made: as found, what the file of `--enrich` says of it and its lines.

    ``warnings`` counts what is left out.
    """

    found: FoundClaim
    event_id: str
    reading: Reading
    known: Values
    known_lines: dict[int, Values]
    warnings: Counter[str]


def made(kind: type[_Record], said: Values) -> _Record:
    """A record with these values, which it keeps. ``said`` has all fields, and nothing else.

    A frozen dataclass's own constructor sets fields one by one, which takes as long as all else.
    """
    record = object.__new__(kind)
    object.__setattr__(record, "__dict__", said)
    return record


def element(elements: Sequence[str], number: int) -> str:
    """An element's text by its number in X12, blank if the segment ends before it."""
    return text_of(elements[number].strip(BLANKS)) if number < len(elements) else ""
