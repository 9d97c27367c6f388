"""Since when an event waits: since it was published, unless its timestamp cannot say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..membership.partitions import Owned
from ..ports import Record

_DAY_MS = 24 * 60 * 60 * 1000


class Arrivals:
    """The arrival times of records whose timestamps say nothing about how long they wait.

    A copied or replayed topic keeps old timestamps, a record may have none (-1 or 0), and a clock
    may be ahead. What is older than a day when it arrives, or in the future, counts from then.
    """

    def __init__(self) -> None:
        # Replaced and never changed, because other threads read it.
        self._at_ms: Mapping[tuple[int, int], int] = {}

    def note(self, records: Sequence[Record], owned: Mapping[int, Owned], now_s: float) -> None:
        """Take the arrival of `records` at `now_s` (Unix time in seconds).

        One that arrived before, and was read again after an abort, keeps its time. Those that are
        committed, or whose partition is no longer ours, are forgotten.
        """
        now_ms = round(now_s * 1000)
        late = [r for r in records if not now_ms - _DAY_MS <= r.timestamp_ms <= now_ms]
        if not late and not self._at_ms:
            return
        kept = {
            place: at_ms
            for place, at_ms in self._at_ms.items()
            if (mine := owned.get(place[0])) is not None and place[1] >= mine.start
        }
        for record in late:
            kept.setdefault((record.partition, record.offset), now_ms)
        self._at_ms = kept

    def since_ms(self, record: Record) -> int:
        """Since when the record waits, in milliseconds of Unix time."""
        return self._at_ms.get((record.partition, record.offset), record.timestamp_ms)
