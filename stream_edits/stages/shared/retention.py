"""Which state has expired: older than the setting `retention_days`, in event time.

An event deletes old state of its own member, or of the supervisor at its hop, and of nobody else.
So decisions do not depend on which keys share a partition.
"""

from datetime import date, datetime
from typing import NamedTuple


class Retention(NamedTuple):
    """The number of days that state outlives the newest event of its claim."""

    days: int

    def oldest_kept(self, event_time: datetime) -> date:
        """The oldest UTC date to keep when an event of this time is processed."""
        return date.fromordinal(max(1, event_time.toordinal() - self.days))


# Without settings, in tests: the default of `retention_days` (settings/model.py).
DEFAULT_RETENTION = Retention(days=1461)
