"""Records held for a retry: until something outside is back, or until the group was polled."""

from __future__ import annotations

from collections.abc import Sequence

from ..config import StageConfig
from ..ports import Record
from .batch import Rest


class RetryBuffer:
    """The rest of a batch while its partitions are paused, and the time to process it again."""

    def __init__(self, config: StageConfig) -> None:
        self._first_s = config.try_again_first_s
        self._most_s = config.try_again_most_s
        self._wait_s = self._first_s
        self._paused = False
        self.records: list[Record] = []
        self.due = 0.0

    def hold(self, rest: Rest, progressed: bool, now: float) -> float:
        """Hold `rest`. Returns the seconds until it is due.

        Zero when only the time budget ran out, else a back-off that doubles until an event is
        processed again.
        """
        self._paused = True
        self.records = list(rest.records)
        if progressed:
            self._wait_s = self._first_s
        wait_s = 0.0
        if rest.reason is not None:
            wait_s = self._wait_s
            self._wait_s = min(self._wait_s * 2, self._most_s)
        self.due = now + wait_s
        return wait_s

    def add(self, records: Sequence[Record]) -> None:
        """Append records that were delivered in spite of the pause."""
        self.records.extend(records)

    def take(self) -> list[Record]:
        """Hand the records over; the buffer is empty afterwards."""
        records, self.records = self.records, []
        return records

    def release(self) -> bool:
        """Drop the records and reset the back-off. True if the partitions were paused."""
        was, self._paused = self._paused, False
        self.records = []
        self._wait_s = self._first_s
        return was
