"""The circuit breaker: it stops a stage when too many of its records are dead letters."""

from __future__ import annotations

from bisect import bisect_right

from ..config import Breaker
from ..dead_letters import headers as names
from ..errors import BreakerOpen


class CircuitBreaker:
    """Opens when too large a share of the last events were dead letters.

    The batch that trips it is not committed: its transaction is never begun and its events are read
    again after the restart, so nothing is lost. Good events cost no time here: only the ordinals of
    the dead ones are kept.
    """

    def __init__(self, limits: Breaker) -> None:
        self._limits = limits
        self._events = 0
        self._dead: list[int] = []
        self._pending: list[int] = []

    def record(self, position: int) -> None:
        """Event number `position` (from 1) of the current batch is a dead letter.

        Raises BreakerOpen.
        """
        limits = self._limits
        now = self._events + position
        self._pending.append(now)
        before_window = now - limits.window
        dead = sum(
            len(ordinals) - bisect_right(ordinals, before_window)
            for ordinals in (self._dead, self._pending)
        )
        seen = min(now, limits.window)
        if dead >= limits.minimum and dead > limits.share * seen:
            raise BreakerOpen(
                f"circuit breaker: {dead} of the last {seen} events were dead letters; see "
                f"{names.ERROR_CLASS} in the dead-letter topic and the log, fix the cause, then "
                "restart (nothing of the last batch was committed)"
            )

    def count_batch(self, events: int) -> None:
        """Count the current batch of `events`, which was committed."""
        self._events += events
        self._dead += self._pending
        del self._dead[: bisect_right(self._dead, self._events - self._limits.window)]
        self._pending.clear()

    def discard_batch(self) -> None:
        """Forget the current batch, which was not committed: its events will be read again."""
        self._pending.clear()
