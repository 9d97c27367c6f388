"""Records that wait: for something outside to come back, or for the next poll of the group."""

from __future__ import annotations

from collections.abc import Sequence

from .batch import Rest
from .config import StageConfig
from .ports import Record


class RetryBuffer:
    """The rest of a batch while its partitions are paused, and when to step it again."""

    def __init__(self, config: StageConfig) -> None:
        self._first_s = config.try_again_first_s
        self._most_s = config.try_again_most_s
        self._wait_s = self._first_s
        self._paused = False
        self.records: list[Record] = []
        self.due = 0.0

    def keep(self, rest: Rest, progressed: bool, now: float) -> float:
        """Hold `rest` and return the seconds to wait: none when only time ran out, else a back-off
        that doubles while nothing gets through."""
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

    def add(self, strays: Sequence[Record]) -> None:
        """Records that came in spite of the pause: they follow those held."""
        self.records.extend(strays)

    def take(self) -> list[Record]:
        """The records, to be stepped now."""
        records, self.records = self.records, []
        return records

    def release(self) -> bool:
        """Hold nothing any more; True if the partitions were paused."""
        was, self._paused = self._paused, False
        self.records = []
        self._wait_s = self._first_s
        return was
