"""How many events the next transaction takes."""

from __future__ import annotations

# The processing time that a batch aims at.
_TARGET_S = 0.4
# What a stage starts with, and what a slow one does not go below: a transaction costs some
# milliseconds whatever it holds.
_LEAST = 500


class BatchSize:
    """As many events as were lately processed in the target time, between `_LEAST` and `most`.

    A fast stage shares the cost of a transaction among many events, and a slow one, or one with
    large claims, still commits after a bounded time (docs/decisions/0040). After an abort it takes
    half as many, down to one: slow brokers, or a quota, may not take more before a time-out. Then
    it grows slowly again.
    """

    __slots__ = ("_ceiling", "_least", "_most", "limit")

    def __init__(self, most: int) -> None:
        self._most = most
        self._least = min(_LEAST, most)
        self._ceiling = most
        self.limit = self._least

    def on_aborted(self) -> None:
        """A transaction was aborted, whatever the cause."""
        self._ceiling = self.limit = max(1, self.limit // 2)

    def note(self, events: int, took_s: float) -> None:
        """`events` were processed in `took_s` seconds, and committed.

        The limit grows twofold at most: small batches say little about the cost of an event.
        """
        if not events:
            return  # The first one is to be tried again.
        fits = self._most
        if took_s > 0:
            fits = min(fits, int(events * _TARGET_S / took_s))
        self._ceiling = min(self._most, self._ceiling + max(1, self._ceiling // 8))
        self.limit = min(self._ceiling, max(self._least, min(fits, 2 * self.limit)))
