"""How long memory is kept: counted in the time of events, never by a clock.

An event makes its own member, or the supervisor it visits, forget what no event has named for so
long; nobody else's memory is touched. So what is decided never hangs on which claims share a
partition.
"""

from datetime import date, datetime
from typing import NamedTuple


class Retention(NamedTuple):
    """The days that memory outlives the newest event it came from."""

    days: int

    def oldest_kept(self, event_time: datetime) -> date:
        """The first day (UTC) whose events are still remembered when one of this time comes."""
        return date.fromordinal(max(1, event_time.toordinal() - self.days))


# Four years: longer than a claim may be corrected or its payment be taken back.
DEFAULT_RETENTION = Retention(days=1461)
