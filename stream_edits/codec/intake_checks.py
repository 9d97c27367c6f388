"""What a claim or a review must have to be taken in at all (docs/spec/contract.md).

The checks are for claims that arrive. A claim that a stage remembers has passed them, or was taken
in by a version that did not have them.
"""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import isfinite
from unicodedata import category

from stream_edits.codec.errors import ContractViolation
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.review import ReviewEvent

_IDENTITIES = ("member_id", "claim_id", "event_id")
_REVIEW_IDENTITIES = ("review_id", "member_id", "claim_id", "decision_id")
# Three ids of printable ASCII without blanks: nearly every claim has such ids.
_all_plain = re.compile(r"[!-~]+\n[!-~]+\n[!-~]+").fullmatch
# Spaces, separators and format characters, such as a zero-width space.
_BLANK_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cf"})
# Hangul fillers and the empty Braille pattern: letters and symbols that show nothing.
_BLANK_CHARACTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_is_reason_code = re.compile(r"[A-Z]{0,2}[0-9]{1,4}").fullmatch
_CONTROL = "Cc"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_A_DAY_MS = 24 * 60 * 60 * 1000
_FUTURE = "event_time is more than a day after the time of its record"


def check_taken_in(
    claim: ClaimEvent, recorded_ms: int, wall: Callable[[], float] = time.time
) -> None:
    """Check the claim's identities and when it was published. Raises ContractViolation.

    ``recorded_ms`` is the time of the claim's record in milliseconds since 1970, UTC: its Kafka
    timestamp, or the start of the run that reads it from a file. 0 or less: it has none, and counts
    as written now, by ``wall`` (Unix time in seconds).
    """
    problems = []
    if not _all_plain(f"{claim.member_id}\n{claim.claim_id}\n{claim.event_id}"):
        found = ((name, _fault_of(getattr(claim, name))) for name in _IDENTITIES)
        problems += [f"{name} {fault}" for name, fault in found if fault]
    if _is_from_the_future(claim.event_time, recorded_ms, wall):
        problems.append(_FUTURE)
    if problems:
        raise ContractViolation("; ".join(problems))


def check_review(
    review: ReviewEvent, recorded_ms: int, wall: Callable[[], float] = time.time
) -> None:
    """Check a review's identities, units and reason codes, and when it was published.

    ``recorded_ms`` and ``wall`` are as for ``check_taken_in``. Raises ContractViolation.
    """
    found = ((name, _fault_of(getattr(review, name))) for name in _REVIEW_IDENTITIES)
    problems = [f"{name} {fault}" for name, fault in found if fault]
    units = review.allowed_units
    if units is not None and not (isfinite(units) and units >= 0):
        problems.append("allowed_units is negative, or not a number")
    codes = review.rarcs if review.carc is None else (review.carc, *review.rarcs)
    if not all(map(_is_reason_code, codes)):
        # Other text could name a person, and it would be published with the finding.
        problems.append("carc or a rarc is not formatted as a code")
    if _is_from_the_future(review.event_time, recorded_ms, wall):
        problems.append(_FUTURE)
    if problems:
        raise ContractViolation("; ".join(problems))


def _is_from_the_future(event_time: datetime, recorded_ms: int, wall: Callable[[], float]) -> bool:
    latest_ms = (recorded_ms if recorded_ms > 0 else wall() * 1000) + _A_DAY_MS
    return latest_ms < (event_time - _EPOCH) / _MILLISECOND


def _fault_of(identity: str) -> str | None:
    categories = [category(character) for character in identity]
    if _CONTROL in categories:
        return "has a control character"
    shows = (
        kind not in _BLANK_CATEGORIES and character not in _BLANK_CHARACTERS
        for character, kind in zip(identity, categories, strict=True)
    )
    return None if any(shows) else "is blank"
