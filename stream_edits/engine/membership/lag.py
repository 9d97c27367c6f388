"""How many records of the input are not committed yet, by partition."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from stream_edits.metrics import StageMetrics

from ..clock import Clock
from ..errors import Retriable
from ..ports import Source

# The brokers are asked for the ends of held partitions, in one request each, at most this often.
_ASK_EVERY_S = 15.0
_ASK_S = 1.0


class Lag:
    """Sets the gauges of lag from the ends of the log that the client knows from its fetches.

    It fetches nothing from a partition that is paused, so the brokers are asked about those.
    """

    def __init__(self, source: Source, clock: Clock, metrics: StageMetrics) -> None:
        self._source = source
        self._clock = clock
        self._metrics = metrics
        self._ask_due = 0.0
        # What the brokers have answered.
        self._ends: dict[int, int] = {}

    def measure(self, starts: Mapping[int, int], behind: bool, held: bool) -> None:
        """Set the gauge of each partition in `starts`, which has the offset to be read from.

        `behind` says that events are taken and not committed. If none are, the client's position
        counts as well: it is past the transaction markers and aborted records, which no committed
        offset passes by itself. `held` says that the partitions are paused.
        """
        if held:
            self._ask(starts)
        for number, start in starts.items():
            cached, asked = self._source.cached_high_watermark(number), self._ends.get(number)
            high = max((end for end in (cached, asked) if end is not None), default=None)
            if high is None:
                continue
            passed = None if behind else self._source.position(number)
            done = start if passed is None else max(start, passed)
            self._metrics.lag(number).set(max(0, high - done))

    def forget(self) -> None:
        """Forget all partitions: they are no longer owned."""
        self._ends.clear()

    def _ask(self, partitions: Collection[int]) -> None:
        """Ask for the ends of the partitions, if it is time. Else they stay as they are."""
        if self._clock.monotonic() < self._ask_due:
            return
        try:
            for number in partitions:
                self._ends[number] = self._source.watermarks(number, _ASK_S).high
        except Retriable:
            pass
        self._ask_due = self._clock.monotonic() + _ASK_EVERY_S
