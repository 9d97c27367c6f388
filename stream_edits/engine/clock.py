"""Time: the protocol that tests replace, and the system clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """The time and waiting, so that tests control both."""

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""

    def wall(self) -> float:
        """Unix time in seconds."""

    def sleep(self, seconds: float) -> None:
        """Block for `seconds`. Callers pass a few seconds at most, so that stop() is noticed."""


class SystemClock:
    """The clock of the time module."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
