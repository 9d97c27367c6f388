"""How large the largest keys are that events have touched lately, by partition."""

from __future__ import annotations

from ..clock import Clock

# A size is shown for at least this time, and for less than twice as long.
SHOWN_S = 600.0


class LargestKeys:
    """The largest sizes that the processor has told, of this period and of the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun = clock.monotonic()
        self._now: dict[int, int] = {}
        self._before: dict[int, int] = {}

    def saw(self, partition: int, items: int) -> None:
        """A key with so many items was touched."""
        if items > self._now.get(partition, 0):
            self._now[partition] = items

    def of(self, partition: int) -> int:
        """The most items of a key that were seen lately; 0 if none were."""
        passed_s = self._clock.monotonic() - self._begun
        if passed_s >= SHOWN_S:
            self._before = self._now if passed_s < 2 * SHOWN_S else {}
            self._now, self._begun = {}, self._clock.monotonic()
        return max(self._now.get(partition, 0), self._before.get(partition, 0))

    def forget(self) -> None:
        """Forget all partitions: they are no longer owned."""
        self._now, self._before = {}, {}
