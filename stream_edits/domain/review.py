"""The review as it arrives: what a person decided on a claim (docs/spec/contract.md, ReviewEvent).

A plain frozen dataclass. pydantic checks input against its annotations (codec/violations.py).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from stream_edits.domain.field_types import Code, Instant, Int32, Kind, Text, Units


class ReviewOutcome(StrEnum):
    """What the reviewer decided: findings become PASS, become DENY, or stay as they are."""

    APPROVE = "APPROVE"
    DENY = "DENY"
    UPHOLD = "UPHOLD"


@dataclass(frozen=True, kw_only=True)
class ReviewEvent:
    """A review as published on ``claims.edits.reviews``.

    ``decision_id`` is the decision that the reviewer saw. Without a line number it is about every
    line and the claim itself; without an edit id, about every finding there that is not PASS or
    that cuts units. ``reviewer`` is never published.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", ser_json_inf_nan="constants")

    review_id: Text
    event_time: Instant
    member_id: Text
    claim_id: Text
    decision_id: Text
    line_number: Int32 | None = None
    edit_id: Kind | None = None
    outcome: ReviewOutcome
    allowed_units: Units | None = None
    carc: Code | None = None
    rarcs: tuple[Code, ...] = ()
    reason_code: Text
    reviewer: Text
