"""What the supervision stage remembers of a supervisor's time."""

from datetime import date, datetime
from typing import NamedTuple

from stream_edits.domain.messages import SupervisedClaim


class SupervisedSlot(NamedTuple):
    """The time of one line in a supervisor's day, [start, end).

    ``occupies_time`` is false for a line denied for overlap: it gets the time once that is free.
    """

    member_id: str
    claim_id: str
    line_number: int
    start_time: datetime
    end_time: datetime
    arrival: int
    occupies_time: bool


class SupervisedQuarter(NamedTuple):
    """A quarter of the year in which a supervisor's days are kept."""

    first: date  # its first day
    newest: date  # the day (UTC) of the newest event that left time in it


class SupervisorRecord(NamedTuple):
    """What one supervisor's partition remembers of one claim.

    ``dates`` are the days that hold its slots. ``denied_claim`` is the claim as it left the
    encounter stage, kept while one of its lines is denied here, so that it can be decided again.
    """

    dates: tuple[date, ...]
    arrival: int
    denied_claim: SupervisedClaim | None
